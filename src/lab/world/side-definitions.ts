// Which definitions each side is installed with: the lab's own small ones or the real ones, and of Cluster API which
// versions. A release that serves one version only stores it; one that serves two prefers the newer one, and converts.

import { at, listAt, textAt } from '../cluster/objects.ts';
import type { SideName } from '../cluster/side.ts';
import { managementDefinitions, type ResourceDefinition } from './definitions.ts';
import type { Definitions } from './load-definitions.ts';

const CAPI_GROUP = 'cluster.x-k8s.io';
/** What HyperShift, and with it the lab's operators, speak to Cluster API. */
const SPOKEN = 'v1beta1';

/** Where a server has objects converted: the clientConfig of a definition's webhook. */
export interface ConversionEndpoint {
  readonly url: string;
  /** PEM. */
  readonly ca: string;
}

export interface DefinitionChoice {
  /** Absent: the lab's own. */
  readonly real: Definitions | undefined;
  /** The destination serves Cluster API in both versions, with this to convert between them. */
  readonly newerDestination: ConversionEndpoint | undefined;
}

/** Real definitions take the place of the lab's own of the same name; kinds that are only in one of them are installed too. */
export function definitionsFor(
  side: SideName,
  { real, newerDestination }: DefinitionChoice,
): readonly ResourceDefinition[] {
  const own = managementDefinitions();
  if (real === undefined) return own;
  const endpoint = side === 'destination' ? newerDestination : undefined;
  const adapted = [...real.values()].map((definition) => inVersions(definition, endpoint));
  return [...own.filter(({ metadata }) => !real.has(metadata.name)), ...adapted];
}

function inVersions(
  definition: ResourceDefinition,
  endpoint: ConversionEndpoint | undefined,
): ResourceDefinition {
  if (definition.spec['group'] !== CAPI_GROUP) return definition;
  return endpoint === undefined ? onlySpoken(definition) : converted(definition, endpoint);
}

/** As releases did before there was another version. */
function onlySpoken(definition: ResourceDefinition): ResourceDefinition {
  const versions = listAt(definition, 'spec', 'versions')
    .filter((version) => textAt(version, 'name') === SPOKEN)
    .map((version) => {
      const {
        deprecated: _later,
        deprecationWarning: _too,
        ...rest
      } = version as Record<string, unknown>;
      return { ...rest, served: true, storage: true };
    });
  return versions.length === 0
    ? definition
    : { ...definition, spec: { ...definition.spec, versions } };
}

function converted(
  definition: ResourceDefinition,
  { url, ca }: ConversionEndpoint,
): ResourceDefinition {
  const served = listAt(definition, 'spec', 'versions').filter(
    (version) => at(version, 'served') === true,
  );
  if (served.length < 2) return definition;
  const conversion = {
    strategy: 'Webhook',
    webhook: {
      conversionReviewVersions: ['v1'],
      clientConfig: { url, caBundle: Buffer.from(ca).toString('base64') },
    },
  };
  return { ...definition, spec: { ...definition.spec, conversion } };
}
