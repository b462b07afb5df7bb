// How etcd's init container gets the snapshot: a plain download over HTTPS. Only an XML body is noticed as an error page, as
// with the real script; everything else fails in `snapshot restore`.

import type { AwsClient } from '../world/aws-client.ts';

export async function downloadSnapshot(aws: AwsClient, url: string): Promise<Buffer> {
  if (!url.startsWith('https://')) {
    throw new Error(`curl: (1) Protocol "${url.split(':')[0] ?? ''}" not supported`);
  }
  const answer = await aws.fetchUrl(url);
  if (answer.body.subarray(0, 5).toString() === '<?xml') {
    throw new Error(`the download is an error page: ${answer.body.toString('utf8').slice(0, 300)}`);
  }
  return answer.body;
}
