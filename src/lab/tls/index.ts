/*
 * Certificates for the lab's servers: an authority made on the spot, and server certificates it signs.
 * Everything is WebCrypto in this process; no openssl binary, and no key ever leaves memory unless a
 * caller writes it to a file.
 */
import type { webcrypto } from 'node:crypto';
import type * as X509 from '@peculiar/x509';

/** A certificate and its private key, both PEM. */
export interface IssuedCertificate {
  readonly cert: string;
  readonly key: string;
}

/** Signs server certificates that clients accept once they trust `cert`. */
export interface CertificateAuthority {
  /** PEM of the authority's own certificate: what clients must trust. */
  readonly cert: string;
  /** Issues a certificate for these DNS names and IP addresses. The first name is its subject. */
  issue(subject: Subject): Promise<IssuedCertificate>;
}

export interface Subject {
  readonly names?: readonly string[];
  readonly ips?: readonly string[];
  /** What it may be used for. Default: a server's. */
  readonly usages?: readonly ('server' | 'client')[];
  /** Of a client of Kubernetes: its user, instead of the first name, and the groups that it is in. */
  readonly user?: string;
  readonly groups?: readonly string[];
  /** Default: a year. */
  readonly lifetimeMs?: number;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const dayMs = 24 * 60 * 60 * 1000;
/** A lab lives for hours; a year spares people who keep one running. */
const lifetimeDays = 365;

/** Makes a new authority with a P-256 key. Clients accept what it issues from a day ago (clock skew) on. */
export async function createCertificateAuthority(
  options: { name?: string; now?: () => Date } = {},
): Promise<CertificateAuthority> {
  // x509's dependency injection refuses to load without this polyfill.
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  const now = options.now ?? (() => new Date());
  const keys = await newKeys();
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: `CN=${options.name ?? 'drctl lab'}`,
    ...validity(now()),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 1, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign |
          x509.KeyUsageFlags.cRLSign |
          x509.KeyUsageFlags.digitalSignature,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return {
    cert: root.toString('pem'),
    issue: (subject) => issue({ x509, root, signingKey: keys.privateKey, now }, subject),
  };
}

interface Signer {
  readonly x509: typeof X509;
  readonly root: X509.X509Certificate;
  readonly signingKey: webcrypto.CryptoKey;
  readonly now: () => Date;
}

async function issue(
  { x509, root, signingKey, now }: Signer,
  subject: Subject,
): Promise<IssuedCertificate> {
  const { names = [], ips = [], usages = ['server'], groups = [] } = subject;
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: [
      { CN: [subject.user ?? names[0] ?? ips[0] ?? 'localhost'] },
      ...groups.map((group) => ({ O: [group] })),
    ],
    issuer: root.subject,
    ...validity(now(), subject.lifetimeMs),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension(
        usages.map((usage) =>
          usage === 'server' ? x509.ExtendedKeyUsage.serverAuth : x509.ExtendedKeyUsage.clientAuth,
        ),
      ),
      ...(names.length + ips.length === 0
        ? []
        : [
            new x509.SubjectAlternativeNameExtension([
              ...names.map((value) => ({ type: 'dns' as const, value })),
              ...ips.map((value) => ({ type: 'ip' as const, value })),
            ]),
          ]),
      await x509.AuthorityKeyIdentifierExtension.create(root),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { cert: certificate.toString('pem'), key: await privateKeyPem(x509, keys.privateKey) };
}

async function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

async function privateKeyPem(x509: typeof X509, key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}

function validity(
  now: Date,
  lifetimeMs = lifetimeDays * dayMs,
): { notBefore: Date; notAfter: Date } {
  return {
    notBefore: new Date(now.getTime() - dayMs),
    notAfter: new Date(now.getTime() + lifetimeMs),
  };
}

/** A positive serial: DER reads a first byte of 0x80 or more as a negative number. */
function serialNumber(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return Buffer.from(bytes).toString('hex');
}
