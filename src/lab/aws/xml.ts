// XML in and out. Every value that is written is escaped; every value that is read is a string.

import { XMLParser } from 'fast-xml-parser';
import { AwsError } from './aws-error.ts';

export type XmlContent = string | number | boolean | undefined | readonly XmlNode[];
/** Name and content; undefined content leaves the element out. */
export type XmlNode = readonly [name: string, content: XmlContent];

export function xmlDocument(root: string, namespace: string, content: XmlContent): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="${namespace}">${renderContent(content)}</${root}>`;
}

/** A document without a namespace: S3's error documents have none. */
export function plainXmlDocument(root: string, content: readonly XmlNode[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}>${render(content)}</${root}>`;
}

function render(nodes: readonly XmlNode[]): string {
  return nodes
    .map(([name, content]) => {
      if (content === undefined) return '';
      return `<${name}>${renderContent(content)}</${name}>`;
    })
    .join('');
}

function renderContent(content: XmlContent): string {
  return typeof content === 'object' ? render(content) : escapeText(String(content ?? ''));
}

function escapeText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\r', '&#13;');
}

export type ParsedXml = string | { readonly [name: string]: ParsedXml | readonly ParsedXml[] };

const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  trimValues: true,
  removeNSPrefix: true,
  ignoreDeclaration: true,
});

/** The content of the root element of that name. Throws MalformedXML. */
export function parseXml(text: string, root: string): ParsedXml {
  let parsed: Record<string, ParsedXml>;
  try {
    parsed = parser.parse(text) as Record<string, ParsedXml>;
  } catch {
    throw malformed();
  }
  const content = parsed[root];
  if (content === undefined) throw malformed();
  return content;
}

function malformed(): AwsError {
  return new AwsError(
    400,
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );
}

/** All children of that name, however many there are. */
export function children(node: ParsedXml | undefined, name: string): readonly ParsedXml[] {
  if (node === undefined || typeof node === 'string') return [];
  const found = node[name];
  if (found === undefined) return [];
  return Array.isArray(found) ? (found as readonly ParsedXml[]) : [found as ParsedXml];
}

export function child(node: ParsedXml | undefined, name: string): ParsedXml | undefined {
  return children(node, name)[0];
}

/** The text of the child, or undefined where there is none. */
export function childText(node: ParsedXml | undefined, name: string): string | undefined {
  const found = child(node, name);
  return typeof found === 'string' ? found : undefined;
}
