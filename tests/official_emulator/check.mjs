// Signs in with a code from WorkOS's own emulator, through a proxy. The emulator has no inbox, but its
// response to the app contains the code. The app doesn't read it there, so the proxy does.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';

const [program, folder, ...newer] = process.argv.slice(2);
const EMAIL = 'ana@acme.test';
// Members of one organization, and of several.
const [ONE, SEVERAL] = ['bea@acme.test', 'carl@acme.test'];

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

async function checkOrganizations() {
  cookies.clear();
  const one = await ask(ONE);
  assert.equal((await call('POST', '/login/code', { flow: one, code })).location, '/account');
  assert.equal((await session()).organization_id, 'org_acme');

  cookies.clear();
  const several = await ask(SEVERAL);
  const choice = await call('POST', '/login/code', { flow: several, code });
  assert.equal(choice.location, `/login/organization?flow=${several}`);
  assert.match((await call('GET', choice.location)).text, /Acme[^]*Globex/);
  const form = { flow: several, organization_id: 'org_globex' };
  assert.equal((await call('POST', '/login/organization', form)).location, '/account');
  const { organization_id: organization, role } = await session();
  assert.deepEqual([organization, role.slug], ['org_globex', 'member']);
  console.log('users choose an organization');
}

async function session() {
  return JSON.parse((await call('GET', '/api/session')).text).user;
}

try {
  const users = [EMAIL, ONE, SEVERAL].map((email) => ({ email, first_name: 'Ana', last_name: 'Lee', email_verified: true }));
  const member = (email) => ({ email, role: 'member', status: 'active' });
  const organizations = [
    { id: 'org_acme', name: 'Acme', memberships: [member(ONE), member(SEVERAL)] },
    { id: 'org_globex', name: 'Globex', memberships: [member(SEVERAL)] },
  ];
  writeFileSync(`${folder}/seed.json`, JSON.stringify({ users, organizations }));
  const published = [`${folder}/node_modules/.bin/workos`, 'emulate'];
  const [command, ...before] = newer.length ? newer : published;
  const args = [...before, '--port', String(emulatorPort), '--seed', 'seed.json'];
  await start(command, args, process.env, `${emulator}/health`);
  const settings = {
    SIGN_IN_WITH: 'code', WORKOS_API_URL: workos, WORKOS_API_KEY: 'sk_test_default',
    WORKOS_CLIENT_ID: 'client_emulator', BASE_URL: site, BIND_ADDRESS: `127.0.0.1:${appPort}`,
    TLS: 'off', DATA_DIR: `${folder}/data`,
  };
  await start(program, [], settings, `${site}/health/ready`);

  const flow = await ask(EMAIL);
  const wrong = String((Number(code) + 1) % 1_000_000).padStart(6, '0');
  const waiting = `/login/sent?flow=${flow}`;
  assert.equal((await call('POST', '/login/code', { flow, code: wrong })).location, waiting);
  for (const reload of [1, 2, 3]) {
    const page = await call('GET', waiting);
    assert.equal(page.error, 'wrong_code', `reload ${reload}`);
    assert.match(page.text, /2 attempts left/);
  }
  const right = await call('POST', '/login/code', { flow, code: `${code.slice(0, 3)} ${code.slice(3)}` });
  assert.deepEqual([right.status, right.location], [303, '/account']);
  const user = await session();
  assert.deepEqual([user.email, user.name, user.connection_type], [EMAIL, 'Ana Lee', 'MagicAuth']);

  // The published one returns no organization.
  if (newer.length) await checkOrganizations();

  // The emulator has no such user, but the response doesn't reveal that.
  cookies.clear();
  const stranger = await ask('nobody@acme.test');
  const refused = await call('POST', '/login/code', { flow: stranger, code: '123456' });
  assert.equal(refused.location, `/login/sent?flow=${stranger}`);
  assert.equal((await call('GET', refused.location)).error, 'wrong_code');
  console.log("users sign in with codes of WorkOS's own emulator");
} finally {
  started.forEach((child) => child.kill());
  proxy.close();
  proxy.closeAllConnections();
}
