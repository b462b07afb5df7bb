/*
 * Reads objects that typed clients send as protobuf (application/vnd.kubernetes.protobuf), so that "kubectl
 * create" works; answers are always JSON. Protobuf as Kubernetes writes it does not tell an unset value from a
 * zero, so zeros are dropped unless the field is one that people set to 0.
 */
import { isMap, textOf, type Json, type JsonObject } from './objects.ts';
import { protobufMessages, type ProtobufField, type ProtobufMessage } from './protobuf-fields.ts';
import { badRequest } from './status-error.ts';

export const protobufMediaType = 'application/vnd.kubernetes.protobuf';

/** "k8s" and a zero byte stand before the envelope. */
const magic = Buffer.from([0x6b, 0x38, 0x73, 0x00]);

const envelope: ProtobufMessage = new Map([
  [1, { name: 'typeMeta', type: 'TypeMeta', shape: 'one' }],
  [2, { name: 'raw', type: 'bytes', shape: 'one' }],
]);
const typeMeta: ProtobufMessage = new Map([
  [1, { name: 'apiVersion', type: 'string', shape: 'one' }],
  [2, { name: 'kind', type: 'string', shape: 'one' }],
]);

/** Decodes a body, or answers 400. A kind that is not known this way is refused too. */
export function parseProtobuf(body: Buffer): Json {
  if (!body.subarray(0, magic.length).equals(magic)) {
    throw badRequest('provided data does not appear to be a protobuf message');
  }
  try {
    const outer = readMessage(body.subarray(magic.length), envelope);
    const type = isMap(outer['typeMeta']) ? outer['typeMeta'] : {};
    const kind = textOf(type['kind']);
    const message = protobufMessages.get(kind);
    if (message === undefined)
      throw badRequest(`this server does not read ${kind} as protobuf; send JSON`);
    const raw = Buffer.from(textOf(outer['raw']), 'base64');
    return { ...type, ...readMessage(raw, message) };
  } catch (cause) {
    if (cause instanceof RangeError) throw badRequest('unexpected EOF in protobuf message');
    throw cause;
  }
}

/** A value on the wire: a number, or bytes. */
type Wire = bigint | Buffer;

function readMessage(bytes: Buffer, message: ProtobufMessage): JsonObject {
  const result: JsonObject = {};
  for (const [number, wire] of wireFields(bytes)) {
    const found = message.get(number);
    if (found !== undefined) addField(result, found, wire);
  }
  return result;
}

function addField(result: JsonObject, { name, type, shape }: ProtobufField, wire: Wire): void {
  if (shape === 'list') {
    const before = result[name];
    const value = readValue(type, wire) ?? emptyItem(type);
    result[name] = [...(Array.isArray(before) ? before : []), value];
  } else if (shape === 'map') {
    const before = result[name];
    const entry = readEntry(type, wire);
    result[name] = { ...(isMap(before) ? before : {}), ...entry };
  } else {
    const value = readValue(type, wire);
    if (name === '') Object.assign(result, value);
    else if (isWorthKeeping(name, value)) result[name] = value;
  }
}

function emptyItem(type: string): Json {
  return protobufMessages.has(type) ? {} : '';
}

function readEntry(type: string, wire: Wire): JsonObject {
  const parts = new Map(wireFields(asBytes(wire)));
  const key = asBytes(parts.get(1) ?? Buffer.alloc(0)).toString('utf8');
  const value = parts.get(2);
  return { [key]: value === undefined ? '' : (readValue(type, value) ?? '') };
}

const secondMs = 1000;

const scalars: Readonly<Record<string, (wire: Wire) => Json | undefined>> = {
  string: (wire) => asBytes(wire).toString('utf8'),
  bytes: (wire) => asBytes(wire).toString('base64'),
  bool: (wire) => wire !== 0n,
  int: (wire) => Number(BigInt.asIntN(64, asNumber(wire))),
  Quantity: (wire) =>
    asBytes(new Map(wireFields(asBytes(wire))).get(1) ?? Buffer.alloc(0)).toString('utf8'),
  IntOrString: (wire) => {
    const parts = new Map(wireFields(asBytes(wire)));
    const isText = parts.get(1) === 1n;
    return isText
      ? asBytes(parts.get(3) ?? Buffer.alloc(0)).toString('utf8')
      : Number(BigInt.asIntN(64, asNumber(parts.get(2) ?? 0n)));
  },
  Time: (wire) => {
    const seconds = new Map(wireFields(asBytes(wire))).get(1);
    if (seconds === undefined) return undefined;
    return new Date(Number(asNumber(seconds)) * secondMs).toISOString().replace('.000Z', 'Z');
  },
};

function readValue(type: string, wire: Wire): Json | undefined {
  const scalar = scalars[type];
  if (scalar !== undefined) return scalar(wire);
  return readMessage(
    asBytes(wire),
    type === 'TypeMeta' ? typeMeta : (protobufMessages.get(type) ?? new Map()),
  );
}

/** Pointers in the API's Go types: a zero in them was meant. */
const keptZeros = new Set([
  'replicas',
  'parallelism',
  'completions',
  'backoffLimit',
  'gracePeriodSeconds',
  'terminationGracePeriodSeconds',
  'revisionHistoryLimit',
  'successfulJobsHistoryLimit',
  'failedJobsHistoryLimit',
  'ttlSecondsAfterFinished',
  'runAsUser',
  'runAsGroup',
  'fsGroup',
  'minAvailable',
  'maxUnavailable',
  'maxSurge',
  'value',
]);
/** Structures that say something by being there. */
const keptEmpty = new Set(['emptyDir', 'podSelector', 'namespaceSelector', 'selector']);

function isWorthKeeping(name: string, value: Json | undefined): value is Json {
  if (value === undefined || value === '' || value === false) return false;
  if (value === 0) return keptZeros.has(name);
  return !isMap(value) || Object.keys(value).length > 0 || keptEmpty.has(name);
}

function asBytes(wire: Wire): Buffer {
  return typeof wire === 'bigint' ? Buffer.alloc(0) : wire;
}

function asNumber(wire: Wire): bigint {
  return typeof wire === 'bigint' ? wire : 0n;
}

/** The fields of a message, in order. Throws RangeError when the bytes end too early. */
function wireFields(bytes: Buffer): readonly (readonly [number, Wire])[] {
  const fields: (readonly [number, Wire])[] = [];
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes.readUInt8(at);
      at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const take = (length: number): Buffer => {
    if (at + length > bytes.length) throw new RangeError('protobuf message ends too early');
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = varint();
    const number = Number(tag >> 3n);
    switch (Number(tag & 7n)) {
      case 0:
        fields.push([number, varint()]);
        break;
      case 1:
        fields.push([number, take(8)]);
        break;
      case 2:
        fields.push([number, take(Number(varint()))]);
        break;
      case 5:
        fields.push([number, take(4)]);
        break;
      default:
        throw new RangeError('unknown protobuf wire type');
    }
  }
  return fields;
}
