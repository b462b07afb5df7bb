// The files that a command in a container sees, wherever they really are. Paths are absolute and as the container has them.

export interface PodFiles {
  /** undefined: no such file. */
  read(path: string): Buffer | undefined;
  sizeBytes(path: string): number | undefined;
  /** False: there is no such folder to write into. */
  write(path: string, content: Buffer): boolean;
  /** False: there was none. */
  remove(path: string): boolean;
  /** Of every file. */
  paths(): readonly string[];
  usedBytes(): number;
}

/** Files that live in this process, and are gone with the pod. */
export class MemoryFiles implements PodFiles {
  private readonly files: Map<string, Buffer>;

  constructor(files: Iterable<readonly [string, Buffer]> = []) {
    this.files = new Map(files);
  }

  read(path: string): Buffer | undefined {
    return this.files.get(path);
  }

  sizeBytes(path: string): number | undefined {
    return this.files.get(path)?.length;
  }

  write(path: string, content: Buffer): boolean {
    this.files.set(path, content);
    return true;
  }

  remove(path: string): boolean {
    return this.files.delete(path);
  }

  paths(): readonly string[] {
    return [...this.files.keys()];
  }

  usedBytes(): number {
    return [...this.files.values()].reduce((sum, content) => sum + content.length, 0);
  }
}
