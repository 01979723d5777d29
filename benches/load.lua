-- Script for wrk: requests a page with each cookie of a file in turn, and prints a summary as JSON.
local requests, sent = {}, 0

function init(args)
    for cookie in io.lines(args[1]) do
        wrk.headers["Cookie"] = cookie ~= "" and cookie or nil
        requests[#requests + 1] = wrk.format("GET")
    end
end

function request()
    sent = sent + 1
    return requests[sent % #requests + 1]
end

function done(summary, latency)
    local errors = summary.errors
    local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
    io.write(string.format(
        '{"responses":%d,"bytes":%d,"failed":%d,"took":%d,"p50":%d,"p99":%d}',
        summary.requests, summary.bytes, failed, summary.duration,
        latency:percentile(50), latency:percentile(99)))
end
