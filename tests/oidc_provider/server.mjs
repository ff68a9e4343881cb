// server.mjs PORT SETTINGS: an OIDC provider on 127.0.0.1:PORT, with keys of its own that are new at every start. Says "ready" and ends on SIGTERM.
// SETTINGS is JSON: client {client_id, …} as it is registered, accounts {login: claims}, id_token_seconds, clock_seconds: how far its clock is from ours,
// claims_by_userinfo: its ID tokens say no more than they have to.
// Signing in is by the provider's own pages: any password will do.
import { createServer } from 'node:http';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import Provider from 'oidc-provider';

const [port, text] = process.argv.slice(2);
const settings = JSON.parse(text);
const issuer = `http://127.0.0.1:${port}`;
const now = Date.now;
Date.now = () => now() + 1000 * (settings.clock_seconds ?? 0);
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const key = { ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: randomBytes(8).toString('hex') };

const provider = new Provider(issuer, {
  clients: [settings.client],
  jwks: { keys: [key] },
  claims: { openid: ['sub', 'employee_number', 'groups'] },
  conformIdTokenClaims: settings.claims_by_userinfo ?? false,
  cookies: { keys: [randomBytes(16).toString('hex')] },
  ttl: { IdToken: () => settings.id_token_seconds ?? 300, AccessToken: 300, Session: 3600, Interaction: 600, Grant: 3600 },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...settings.accounts[id] }) }),
});
const server = createServer(provider.callback());
server.listen(Number(port), '127.0.0.1', () => console.log('ready'));
process.on('SIGTERM', () => process.exit(0));
