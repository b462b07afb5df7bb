// A secret that is not kept, but known again: salted scrypt. What it makes can be kept where the secret must not be; a short
// secret can still be guessed from it by trying.

import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

const cost = { N: 32_768, r: 8, p: 1, maxmem: 64 * 1024 * 1024 } as const;
const saltBytes = 16;
const hashBytes = 32;

/** "scrypt:SALT:HASH", both in base64url. Another one each time. */
export async function makeVerifier(secret: string): Promise<string> {
  const salt = randomBytes(saltBytes);
  const hash = await derive(secret, salt);
  return `scrypt:${salt.toString('base64url')}:${hash.toString('base64url')}`;
}

/** Whether the verifier was made of this secret. False for a text that is no verifier. */
export async function fitsVerifier(secret: string, verifier: string): Promise<boolean> {
  const [, salt, hash] = /^scrypt:([\w-]+):([\w-]+)$/.exec(verifier) ?? [];
  if (salt === undefined || hash === undefined) return false;
  const wanted = Buffer.from(hash, 'base64url');
  if (wanted.length !== hashBytes) return false;
  return timingSafeEqual(wanted, await derive(secret, Buffer.from(salt, 'base64url')));
}

function derive(secret: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(secret, salt, hashBytes, cost, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}
