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

async function emulate(path, body) {
  const response = await fetch(`${process.env.EMULATOR_URL}/_emulate/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  assert.equal(response.status, 201);
  return response.json();
}

async function signInWithCode(email) {
  const client = { ipAddress: '203.0.113.42', userAgent: 'Mozilla/5.0' };
  const { code, radarAuthAttemptId } = await workos.userManagement.createMagicAuth({ email, ...client });
  assert.match(radarAuthAttemptId, /^radar_auth_attempt_/);
  return workos.userManagement.authenticateWithMagicAuth({ email, code, radarAuthAttemptId, ...client });
}

function claims(accessToken) {
  return JSON.parse(Buffer.from(accessToken.split('.')[1], 'base64url'));
}

const email = 'node@members.test';
await assert.rejects(workos.userManagement.authenticateWithMagicAuth({ email, code: 'abcdef' }), {
  status: 400,
  code: 'invalid_one_time_code',
});
await emulate('memberships', {
  email,
  organization_id: 'org_01ACME',
  organization_name: 'Acme',
  role: 'admin',
  permissions: ['posts:read'],
});
const member = await signInWithCode(email);
assert.equal(member.user.email, email);
assert.equal(member.organizationId, 'org_01ACME');
assert.equal(member.authenticationMethod, 'MagicAuth');
const { sub, org_id, role, permissions } = claims(member.accessToken);
assert.deepEqual([sub, org_id, role, permissions], [member.user.id, 'org_01ACME', 'admin', ['posts:read']]);

await emulate('memberships', { email, organization_id: 'org_01GLOBEX', organization_name: 'Globex' });
const selection = await signInWithCode(email).catch((error) => error);
assert.equal(selection.name, 'AuthenticationException');
assert.deepEqual([selection.status, selection.code], [403, 'organization_selection_required']);
assert.deepEqual(selection.rawData.organizations, [
  { id: 'org_01ACME', name: 'Acme' },
  { id: 'org_01GLOBEX', name: 'Globex' },
]);
const select = (organizationId) =>
  workos.userManagement.authenticateWithOrganizationSelection({
    clientId,
    pendingAuthenticationToken: selection.pendingAuthenticationToken,
    organizationId,
  });
await assert.rejects(select('org_01INITECH'), { status: 400, error: 'organization_membership_not_found' });
assert.equal((await select('org_01GLOBEX')).organizationId, 'org_01GLOBEX');
await assert.rejects(select('org_01GLOBEX'), { status: 400, code: 'invalid_pending_authentication_token' });

const required = await emulate('connections', {
  domain: 'node-sso.test',
  connection_type: 'GenericSAML',
  sso_required: true,
});
const sso = await signInWithCode('node@node-sso.test').catch((error) => error);
assert.equal(sso.name, 'AuthenticationException');
assert.deepEqual([sso.status, sso.code], [400, 'sso_required']);
assert.deepEqual(sso.rawData.connection_ids, [required.id]);
assert.equal(sso.rawData.email, 'node@node-sso.test');
assert.ok(sso.pendingAuthenticationToken);
const authorize = await fetch(
  workos.sso.getAuthorizationUrl({ clientId, connection: required.id, redirectUri: 'http://localhost:3000/callback' }),
  { redirect: 'manual' },
);
assert.match(authorize.headers.get('location'), /\/_emulate\/identity\?/);
console.log('node: signed in with a link and with codes, selected an organization');
