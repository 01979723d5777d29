"""Signs in with the unchanged official Python SDK, against the emulator at EMULATOR_URL."""

import http.client
import os
from urllib.parse import parse_qs, urlsplit

import workos

client = workos.WorkOSClient(
    api_key="sk_test_default",
    client_id="client_emulator",
    base_url=os.environ["EMULATOR_URL"],
    max_retries=0,
)

session = client.passwordless.create_session(
    email="python@sdk.test",
    type="MagicLink",
    redirect_uri="http://localhost:3000/callback",
    state="from python",
    expires_in=900,
)
assert session.id.startswith("passwordless_session_")
client.passwordless.send_session(session.id)

link = urlsplit(session.link)
visit = http.client.HTTPConnection(link.netloc)
visit.request("GET", link.path)
callback = parse_qs(urlsplit(visit.getresponse().headers["location"]).query)
assert callback["state"] == ["from python"]
[code] = callback["code"]

answer = client.sso.get_profile_and_token(code=code)
profile = answer.profile
assert profile.email == "python@sdk.test"
assert profile.connection_type == "MagicLink"
assert profile.name is None
assert answer.expires_in == 600
assert client.sso.get_profile(access_token=answer.access_token).id == profile.id
try:
    client.sso.get_profile_and_token(code=code)
    raise AssertionError("a code was accepted twice")
except workos.BadRequestError:
    pass

listed = client.sso.list_connections(domain="sdk.test", connection_type="MagicLink")
assert [connection.id for connection in listed.data] == [profile.connection_id]
connection = client.sso.get_connection(profile.connection_id)
assert (connection.name, connection.state, connection.status) == ("MagicLink", "active", "linked")
client.sso.delete_connection(connection.id)
try:
    client.sso.get_connection(connection.id)
    raise AssertionError("a deleted connection was found")
except workos.NotFoundError:
    pass

try:
    client.passwordless.send_session("passwordless_session_gone")
    raise AssertionError("an unknown session was sent")
except workos.UnprocessableEntityError as error:
    assert "has expired or is invalid" in str(error)
print("python: signed in, read and deleted the connection")
