// Hosted zones, made through the Route53 API. The server gives them their ids.

import { randomUUID } from 'node:crypto';
import { XMLParser } from 'fast-xml-parser';
import type { AwsClient } from '../world/aws-client.ts';
import { expectAnswer } from './expect-answer.ts';

const parser = new XMLParser({ ignoreAttributes: true, parseTagValue: false });

interface CreatedZone {
  readonly CreateHostedZoneResponse: { readonly HostedZone: { readonly Id: string } };
}

/** `vpcRegion`: the zone is a private one, of a VPC there. Gives the id without "/hostedzone/". */
export async function createZone(
  aws: AwsClient,
  name: string,
  vpcRegion?: string,
): Promise<string> {
  const vpc =
    vpcRegion === undefined
      ? ''
      : `<VPC><VPCRegion>${vpcRegion}</VPCRegion><VPCId>vpc-0lab</VPCId></VPC>`;
  const config =
    vpcRegion === undefined
      ? ''
      : '<HostedZoneConfig><PrivateZone>true</PrivateZone></HostedZoneConfig>';
  const answer = await aws.send({
    service: 'route53',
    method: 'POST',
    path: '/2013-04-01/hostedzone',
    contentType: 'application/xml',
    body: `<CreateHostedZoneRequest xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><Name>${name}.</Name>${vpc}<CallerReference>${randomUUID()}</CallerReference>${config}</CreateHostedZoneRequest>`,
  });
  const text = expectAnswer(`The making of zone ${name}`, answer);
  const { HostedZone } = (parser.parse(text) as CreatedZone).CreateHostedZoneResponse;
  return HostedZone.Id.replace('/hostedzone/', '');
}
