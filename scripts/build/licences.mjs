// The licences of everything that is bundled, from the packages' own files: what a distribution of them must carry. And the
// same as a bill of materials, for tools that look for known weaknesses.

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

const licenceFile = /^(licen[cs]e|copying|copyright|notice|third-party-notices)\b/i;

/** A plugin that adds both files to the output. Fails the build for a package that brings no licence text. */
export function licencesPlugin({ licences, bill }) {
  return {
    name: 'licences',
    generateBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap((output) => Object.keys(output.modules ?? {}));
      const folders = new Set(modules.map(packageFolder).filter((one) => one !== undefined));
      const packages = [...folders]
        .map(readPackage)
        .toSorted((a, b) => (a.title < b.title ? -1 : 1));
      this.emitFile({ type: 'asset', fileName: licences, source: licencesText(packages) });
      this.emitFile({ type: 'asset', fileName: bill, source: billOf(packages) });
    },
  };
}

/** The folder of the package that a module belongs to; undefined for the project's own. */
function packageFolder(id) {
  const clean = id.replaceAll('\0', '').replace(/\?.*$/, '');
  const at = clean.lastIndexOf('/node_modules/');
  if (at < 0) return undefined;
  const within = clean.slice(at + '/node_modules/'.length).split('/');
  const name = within.slice(0, within[0].startsWith('@') ? 2 : 1).join('/');
  return path.join(clean.slice(0, at), 'node_modules', name);
}

/** CycloneDX, https://cyclonedx.org/docs/1.6/json/; the same for the same packages. */
function billOf(packages) {
  const components = packages.map(({ name, version, licence }) => ({
    type: 'library',
    name,
    version,
    purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
    licenses: [
      / (?:OR|AND) /.test(licence) ? { expression: licence } : { license: { id: licence } },
    ],
  }));
  const unique = [...new Map(components.map((one) => [one.purl, one])).values()];
  const bill = { bomFormat: 'CycloneDX', specVersion: '1.6', version: 1, components: unique };
  return `${JSON.stringify(bill, null, 2)}\n`;
}

function licencesText(packages) {
  // Many packages of one project carry the same text, which is given once.
  const byText = new Map();
  for (const { title, licence, text } of packages.map((one) => withText(one, packages))) {
    byText.set(text, [...(byText.get(text) ?? []), `${title} (${licence})`]);
  }
  const sections = [...byText].map(
    ([text, titles]) => `${[...new Set(titles)].join('\n')}\n\n${text}`,
  );
  const rule = `\n\n${'-'.repeat(80)}\n\n`;
  return `drctl contains these packages, whole or in part:${rule}${sections.join(rule)}\n`;
}

function readPackage(folder) {
  const { name, version, license, author, repository } = JSON.parse(
    readFileSync(path.join(folder, 'package.json'), 'utf8'),
  );
  const files = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && licenceFile.test(entry.name))
    .map((entry) => entry.name)
    .toSorted();
  const texts = files.map((file) => readFileSync(path.join(folder, file), 'utf8').trim());
  return {
    name,
    version,
    title: `${name} ${version}`,
    licence: license,
    author: author?.name ?? author,
    repository: (repository?.url ?? repository ?? '').replace(/^git\+|\.git$/g, ''),
    text: texts.length > 0 ? texts.join('\n\n').replaceAll('\r\n', '\n') : licenceOfReadme(folder),
  };
}

/** A package of a repository of many may leave the text to its neighbours. */
function withText(one, packages) {
  if (one.text !== undefined) return one;
  const neighbour = packages.find(
    ({ text, repository, licence }) =>
      text !== undefined && repository === one.repository && licence === one.licence,
  );
  const text = neighbour?.text ?? mitText(one);
  if (text === undefined) throw new Error(`${one.title} brings no licence text`);
  return { ...one, text };
}

/** Some packages only name this licence: its wording is always the same, their author is in their package.json. */
function mitText({ licence, author }) {
  if (licence !== 'MIT' || author === undefined) return undefined;
  return mitLicence.replace('HOLDER', author.replace(/ *[<(].*/, ''));
}

const mitLicence = `MIT License

Copyright (c) HOLDER

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

function licenceOfReadme(folder) {
  const file = path.join(folder, 'README.md');
  if (!existsSync(file)) return undefined;
  const [, text] = /^#+ *licen[cs]e\b[^\n]*\n(.*)/ims.exec(readFileSync(file, 'utf8')) ?? [];
  return text?.trim();
}
