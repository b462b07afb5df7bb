// The certificate authorities of the hosted clusters. A control plane keeps its own in Secret `root-ca`; kubelets and
// kubeconfigs trust that one for good, so a control plane that starts without it is a stranger to its own nodes.

import { createCertificateAuthority, type CertificateAuthority } from '../tls/index.ts';

export class Authorities {
  private readonly byCertificate = new Map<string, CertificateAuthority>();

  async create(name: string): Promise<CertificateAuthority> {
    const authority = await createCertificateAuthority({ name });
    this.byCertificate.set(authority.cert, authority);
    return authority;
  }

  /** By the PEM that a `root-ca` Secret holds. undefined: made by nobody here. */
  find(certificate: string | undefined): CertificateAuthority | undefined {
    return certificate === undefined ? undefined : this.byCertificate.get(certificate);
  }
}
