// Signs in with a code from WorkOS's own emulator, through a proxy. The emulator has no inbox, but its
// response to the app contains the code. The app doesn't read it there, so the proxy does.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';

const [program, folder] = process.argv.slice(2);
const EMAIL = 'ana@acme.test';

async function listening(server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server.address().port;
}

async function freePort() {
  const server = createServer();
  const port = await listening(server);
  server.close();
  return port;
}

const started = [];

async function start(command, args, env, ready) {
  const child = spawn(command, args, { env, cwd: folder, stdio: 'ignore' });
  started.push(child);
  for (let waited = 0; ; waited += 100) {
    assert.ok(waited < 30_000 && child.exitCode === null, `${command} doesn't answer`);
    const answer = await fetch(ready).catch(() => undefined);
    if (answer?.ok) return;
    await setTimeout(100);
  }
}

const [emulatorPort, appPort] = [await freePort(), await freePort()];
const emulator = `http://127.0.0.1:${emulatorPort}`;
let code;
const proxy = createServer(async (request, response) => {
  const body = await buffer(request);
  const { authorization, 'content-type': type } = request.headers;
  const headers = { 'content-type': type, ...(authorization && { authorization }) };
  const answer = await fetch(emulator + request.url, { method: request.method, headers, body });
  const text = await answer.text();
  const said = JSON.parse(text).code;
  if (/^\d{6}$/.test(said)) code = said;
  response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text);
});
const workos = `http://127.0.0.1:${await listening(proxy)}`;
const site = `http://127.0.0.1:${appPort}`;
const cookies = new Map();

async function call(method, path, form) {
  const headers = { 'sec-fetch-site': 'same-origin', cookie: [...cookies].map((pair) => pair.join('=')).join('; ') };
  const body = form && new URLSearchParams(form);
  const answer = await fetch(site + path, { method, headers, body, redirect: 'manual' });
  for (const cookie of answer.headers.getSetCookie()) {
    const [, name, value] = cookie.match(/^([^=]+)=([^;]*)/);
    if (cookie.includes('Max-Age=0')) cookies.delete(name);
    else cookies.set(name, value);
  }
  const text = await answer.text();
  const error = text.match(/data-error="(\w+)"/)?.[1];
  return { status: answer.status, location: answer.headers.get('location'), error, text };
}

async function ask(email) {
  const asked = await call('POST', '/login', { email });
  assert.equal(asked.status, 303);
  assert.equal((await call('GET', asked.location)).status, 200);
  return asked.location.split('flow=')[1];
}

const answered = ({ status, error }) => [status, error];

try {
  const users = [{ email: EMAIL, first_name: 'Ana', last_name: 'Lee', email_verified: true }];
  writeFileSync(`${folder}/seed.json`, JSON.stringify({ users }));
  const args = ['emulate', '--port', String(emulatorPort), '--seed', 'seed.json'];
  await start(`${folder}/node_modules/.bin/workos`, args, process.env, `${emulator}/health`);
  const settings = {
    SIGN_IN_WITH: 'code', WORKOS_API_URL: workos, WORKOS_API_KEY: 'sk_test_default',
    WORKOS_CLIENT_ID: 'client_emulator', BASE_URL: site, BIND_ADDRESS: `127.0.0.1:${appPort}`,
    TLS: 'off', DATA_DIR: `${folder}/data`,
  };
  await start(program, [], settings, `${site}/health/ready`);

  const flow = await ask(EMAIL);
  const wrong = String((Number(code) + 1) % 1_000_000).padStart(6, '0');
  assert.deepEqual(answered(await call('POST', '/login/code', { flow, code: wrong })), [422, 'wrong_code']);
  const right = await call('POST', '/login/code', { flow, code: `${code.slice(0, 3)} ${code.slice(3)}` });
  assert.deepEqual([right.status, right.location], [303, '/account']);
  const { user } = JSON.parse((await call('GET', '/api/session')).text);
  assert.deepEqual([user.email, user.name, user.connection_type], [EMAIL, 'Ana Lee', 'MagicAuth']);

  // The emulator has no such user, but the response doesn't reveal that.
  cookies.clear();
  const stranger = await ask('nobody@acme.test');
  assert.deepEqual(answered(await call('POST', '/login/code', { flow: stranger, code: '123456' })), [422, 'wrong_code']);
  console.log("a person signs in by a code beside WorkOS's own emulator");
} finally {
  started.forEach((child) => child.kill());
  proxy.close();
  proxy.closeAllConnections();
}
