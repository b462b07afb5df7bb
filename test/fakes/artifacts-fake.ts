// An artifact store in memory; an artifact appears only when it is complete, as the contract demands.

import { createHash } from 'node:crypto';
import { DrctlError } from '../../src/engine/index.ts';
import type { ArtifactReader, ArtifactStore, ByteRange } from '../../src/engine/index.ts';
import { Faults } from './faults.ts';

export class FakeArtifacts implements ArtifactStore {
  readonly files = new Map<string, Uint8Array>();
  readonly faults: Faults;

  constructor(faults = new Faults()) {
    this.faults = faults;
  }

  async stat(name: string): Promise<{ readonly sizeBytes: number } | undefined> {
    return this.faults.around('read', () => {
      const bytes = this.files.get(name);
      return bytes === undefined ? undefined : { sizeBytes: bytes.byteLength };
    });
  }

  /** A chunk is overwritten when the next one is asked for: nobody may keep it. */
  async *read(name: string, range: ByteRange = {}): AsyncIterable<Uint8Array> {
    const bytes = await this.faults.around('read', () => this.files.get(name));
    if (bytes === undefined) throw new DrctlError('CLIENT_NOT_FOUND', `No artifact "${name}"`);
    const chunk = Buffer.from(bytes.subarray(range.start, range.end));
    yield chunk;
    chunk.fill(0);
  }

  async list(prefix: string): Promise<readonly string[]> {
    return this.faults.around('read', () =>
      [...this.files.keys()].filter((name) => isBelow(name, prefix)).sort(),
    );
  }

  async write(
    name: string,
    content: AsyncIterable<Uint8Array>,
  ): Promise<{ readonly sizeBytes: number; readonly sha256: string }> {
    const isRelative = name.split('/').every((part) => !['', '.', '..'].includes(part));
    if (!/^[A-Za-z0-9._/-]+$/.test(name) || !isRelative) {
      throw new DrctlError('PARAMS_INVALID', `"${name}" is not a name of an artifact`);
    }
    return this.faults.around('write', async () => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of content) chunks.push(Uint8Array.from(chunk));
      const bytes = Buffer.concat(chunks);
      this.files.set(name, bytes);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return { sizeBytes: bytes.byteLength, sha256 };
    });
  }

  async remove(name: string): Promise<void> {
    await this.faults.around('write', () => this.files.delete(name));
  }

  /** Without any writing method. */
  reader(): ArtifactReader {
    return {
      stat: (name) => this.stat(name),
      read: (name, range) => this.read(name, range),
      list: (prefix) => this.list(prefix),
    };
  }
}

function isBelow(name: string, prefix: string): boolean {
  if (prefix === '' || name === prefix) return true;
  return name.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`);
}
