// Multipart uploads. Nothing is visible under the key until all parts that were named are there, fit the checksums given
// for them, and are large enough; an upload that is aborted leaves no file.

import { createHash, randomBytes } from 'node:crypto';
import { AwsError } from '../aws-error.ts';
import { checksumAlgorithms, checksumHeader, createChecksum } from '../checksums.ts';
import type { ChecksumAlgorithm } from '../checksums.ts';
import { queryValue, readDocument } from '../http.ts';
import type { AwsReply } from '../http.ts';
import { childText, children, parseXml } from '../xml.ts';
import type { ParsedXml } from '../xml.ts';
import { invalidArgument, removePieces, xmlReply } from './context.ts';
import type { ObjectCall } from './context.ts';
import { labelsOf } from './labels.ts';
import type { MultipartUpload, ObjectChecksums, UploadedPart } from './model.ts';
import { commitVersion, readPieces } from './objects.ts';
import { receiveBody } from './receive.ts';

const minPartBytes = 5 * 1024 * 1024;
const maxPartNumber = 10_000;

export function createUpload(call: ObjectCall): AwsReply {
  const { bucket, key, request, server } = call;
  const algorithm = checksumAlgorithms.find(
    (name) => name === request.headers['x-amz-checksum-algorithm']?.toUpperCase(),
  );
  const asked = request.headers['x-amz-checksum-type']?.toUpperCase();
  const upload: MultipartUpload = {
    ...labelsOf(request),
    id: randomBytes(24).toString('base64url'),
    key,
    startedAt: server.now(),
    algorithm,
    checksumType:
      asked === 'FULL_OBJECT' || algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE',
    parts: new Map(),
  };
  bucket.uploads.set(upload.id, upload);
  return xmlReply(
    'InitiateMultipartUploadResult',
    [
      ['Bucket', bucket.name],
      ['Key', key],
      ['UploadId', upload.id],
    ],
    {
      ...upload.encryption,
      ...(algorithm !== undefined && {
        'x-amz-checksum-algorithm': algorithm,
        'x-amz-checksum-type': upload.checksumType,
      }),
    },
  );
}

export async function uploadPart(call: ObjectCall): Promise<AwsReply> {
  const upload = findUpload(call);
  const number = Number(queryValue(call.request, 'partNumber'));
  if (!Number.isInteger(number) || number < 1 || number > maxPartNumber) {
    throw invalidArgument('Part number must be an integer between 1 and 10000, inclusive');
  }
  const received = await receiveBody(call, upload.algorithm);
  if (!call.bucket.uploads.has(upload.id)) {
    await removePieces([received]);
    throw noSuchUpload();
  }
  const replaced = upload.parts.get(number);
  upload.parts.set(number, { ...received, lastModified: call.server.now() });
  if (replaced !== undefined) await removePieces([replaced]);
  return {
    status: 200,
    headers: {
      etag: `"${received.md5.toString('hex')}"`,
      ...upload.encryption,
      ...Object.fromEntries(
        Object.entries(received.checksums).map(([name, value]) => [
          checksumHeader(name as ChecksumAlgorithm),
          value,
        ]),
      ),
    },
  };
}

export async function completeUpload(call: ObjectCall): Promise<AwsReply> {
  const upload = findUpload(call);
  const text = (await readDocument(call.request.body)).toString();
  const named = children(parseXml(text, 'CompleteMultipartUpload'), 'Part');
  if (named.length === 0) {
    throw new AwsError(400, 'MalformedXML', 'You must specify at least one part');
  }
  const parts = namedParts(upload, named);
  const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0);
  const expectedSize = call.request.headers['x-amz-mp-object-size'];
  if (expectedSize !== undefined && Number(expectedSize) !== sizeBytes) {
    throw invalidArgument('The size of the object does not match x-amz-mp-object-size');
  }
  const checksums = await objectChecksums(upload, parts);
  checkGivenChecksum(call, checksums);
  const etag = createHash('md5').update(Buffer.concat(parts.map((part) => part.md5)));
  const unused = [...upload.parts.values()].filter((part) => !parts.includes(part));
  if (!call.bucket.uploads.delete(upload.id)) throw noSuchUpload();
  const reply = await commitVersion(call, {
    headers: upload.headers,
    encryption: upload.encryption,
    pieces: parts,
    sizeBytes,
    etag: `${etag.digest('hex')}-${parts.length}`,
    checksums,
  });
  await removePieces(unused);
  return xmlReply(
    'CompleteMultipartUploadResult',
    [
      ['Location', `/${call.bucket.name}/${call.key}`],
      ['Bucket', call.bucket.name],
      ['Key', call.key],
      ['ETag', reply.headers?.['etag']],
      ...Object.entries(checksums.values).map(
        ([name, value]) => [`Checksum${name}`, value] as const,
      ),
      ['ChecksumType', upload.algorithm === undefined ? undefined : checksums.type],
    ],
    reply.headers,
  );
}

function namedParts(upload: MultipartUpload, named: readonly ParsedXml[]): readonly UploadedPart[] {
  const numbers = named.map((node) => Number(childText(node, 'PartNumber')));
  if (numbers.some((number, index) => index > 0 && number <= (numbers[index - 1] ?? 0))) {
    throw new AwsError(
      400,
      'InvalidPartOrder',
      'The list of parts was not in ascending order. Parts must be ordered by part number.',
    );
  }
  return named.map((node, index) => {
    const number = numbers[index] ?? 0;
    const part = upload.parts.get(number);
    const etag = (childText(node, 'ETag') ?? '').replaceAll('"', '');
    const fits =
      part !== undefined &&
      part.md5.toString('hex') === etag &&
      checksumAlgorithms.every((name) => {
        const given = childText(node, `Checksum${name}`);
        return given === undefined || given === part.checksums[name];
      });
    if (part === undefined || !fits) {
      throw new AwsError(
        400,
        'InvalidPart',
        "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
        { PartNumber: String(number), ETag: etag },
      );
    }
    if (part.sizeBytes < minPartBytes && index < named.length - 1) {
      throw new AwsError(
        400,
        'EntityTooSmall',
        'Your proposed upload is smaller than the minimum allowed size',
        { ProposedSize: String(part.sizeBytes), MinSizeAllowed: String(minPartBytes) },
      );
    }
    return part;
  });
}

async function objectChecksums(
  upload: MultipartUpload,
  parts: readonly UploadedPart[],
): Promise<ObjectChecksums> {
  const { algorithm, checksumType: type } = upload;
  if (algorithm === undefined) return { type, values: {} };
  const sum = createChecksum(algorithm);
  if (type === 'FULL_OBJECT') {
    for await (const data of readPieces(parts)) sum.update(data);
    return { type, values: { [algorithm]: sum.value() } };
  }
  for (const part of parts) sum.update(Buffer.from(part.checksums[algorithm] ?? '', 'base64'));
  return { type, values: { [algorithm]: `${sum.value()}-${parts.length}` } };
}

function checkGivenChecksum(call: ObjectCall, computed: ObjectChecksums): void {
  for (const name of checksumAlgorithms) {
    const given = call.request.headers[checksumHeader(name)];
    const expected = computed.values[name];
    // A composite checksum may be given without its count of parts.
    if (given === undefined || given === expected || given === expected?.split('-')[0]) continue;
    throw new AwsError(
      400,
      'BadDigest',
      `The ${name} you specified did not match the calculated checksum.`,
    );
  }
}

export async function abortUpload(call: ObjectCall): Promise<AwsReply> {
  const upload = findUpload(call);
  call.bucket.uploads.delete(upload.id);
  await removePieces([...upload.parts.values()]);
  return { status: 204 };
}

export function findUpload(call: ObjectCall): MultipartUpload {
  const upload = call.bucket.uploads.get(queryValue(call.request, 'uploadId') ?? '');
  if (upload === undefined || upload.key !== call.key) throw noSuchUpload();
  return upload;
}

function noSuchUpload(): AwsError {
  return new AwsError(
    404,
    'NoSuchUpload',
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
  );
}
