// Signs in with the unchanged official Node SDK, against the emulator at EMULATOR_URL.
import assert from 'node:assert/strict';
import { WorkOS } from '@workos-inc/node';

const { hostname, port } = new URL(process.env.EMULATOR_URL);
const clientId = 'client_emulator';
const workos = new WorkOS({ apiKey: 'sk_test_default', clientId, apiHostname: hostname, port: Number(port), https: false });

const session = await workos.passwordless.createSession({
  email: 'node@sdk.test',
  type: 'MagicLink',
  redirectURI: 'http://localhost:3000/callback',
  state: 'from node',
  expiresIn: 900,
});
assert.match(session.id, /^passwordless_session_/);
await workos.passwordless.sendSession(session.id);

const visit = await fetch(session.link, { redirect: 'manual' });
const callback = new URL(visit.headers.get('location'));
assert.equal(callback.searchParams.get('state'), 'from node');
const code = callback.searchParams.get('code');

const { profile, accessToken } = await workos.sso.getProfileAndToken({ clientId, code });
assert.equal(profile.email, 'node@sdk.test');
assert.equal(profile.connectionType, 'MagicLink');
assert.equal(profile.firstName, null);
assert.deepEqual(await workos.sso.getProfile({ accessToken }), profile);
await assert.rejects(workos.sso.getProfileAndToken({ clientId, code }), { error: 'invalid_grant' });

const listed = await workos.sso.listConnections({ domain: 'sdk.test', connectionType: 'MagicLink' });
assert.deepEqual(listed.data.map((connection) => connection.id), [profile.connectionId]);
const connection = await workos.sso.getConnection(profile.connectionId);
assert.equal(connection.name, 'MagicLink');
assert.equal(connection.state, 'active');
await workos.sso.deleteConnection(connection.id);
await assert.rejects(workos.sso.getConnection(connection.id), { status: 404 });

await assert.rejects(workos.passwordless.sendSession('passwordless_session_gone'), { status: 422 });
console.log('node: signed in, read and deleted the connection');
