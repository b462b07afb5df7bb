// Rules of versioned buckets: nothing that was written goes away unless just that version is deleted.

import {
  DeleteObjectCommand,
  GetBucketVersioningCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import type { Rule } from './rules.ts';
import { put, textOf } from './s3-calls.ts';
import type { AwsUnderTest } from './under-test.ts';

function setVersioning(aws: AwsUnderTest, Bucket: string, Status: 'Enabled' | 'Suspended') {
  return aws.s3.send(
    new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }),
  );
}

export function versionRules(rule: Rule): void {
  rule('a deleted object is hidden by a marker and its versions stay', async (aws) => {
    const at = { Bucket: await aws.newBucket({ versioned: true }), Key: 'v' };
    const first = await put(aws, at, 'one');
    await put(aws, at, 'two');
    const marker = await aws.s3.send(new DeleteObjectCommand(at));
    expect(marker.DeleteMarker).toBe(true);
    await expect(textOf(aws, at)).rejects.toMatchObject({ name: 'NoSuchKey' });
    expect(await textOf(aws, { ...at, VersionId: first.VersionId ?? '' })).toBe('one');
    await aws.s3.send(new DeleteObjectCommand({ ...at, VersionId: marker.VersionId }));
    expect(await textOf(aws, at)).toBe('two');
  });

  rule(
    'a version that is deleted by its id is gone, and the one before it is current',
    async (aws) => {
      const at = { Bucket: await aws.newBucket({ versioned: true }), Key: 'v' };
      await put(aws, at, 'one');
      const { VersionId = '' } = await put(aws, at, 'two');
      await aws.s3.send(new DeleteObjectCommand({ ...at, VersionId }));
      await aws.s3.send(new DeleteObjectCommand({ ...at, VersionId }));
      expect(await textOf(aws, at)).toBe('one');
      await expect(textOf(aws, { ...at, VersionId })).rejects.toMatchObject({
        name: 'NoSuchVersion',
      });
    },
  );

  rule('a delete marker named by its id is not an object: 405', async (aws) => {
    const at = { Bucket: await aws.newBucket({ versioned: true }), Key: 'v' };
    await put(aws, at, 'one');
    const { VersionId } = await aws.s3.send(new DeleteObjectCommand(at));
    await expect(aws.s3.send(new HeadObjectCommand({ ...at, VersionId }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 405 },
    });
  });

  rule('versions are listed with the newest first, markers apart', async (aws) => {
    const at = { Bucket: await aws.newBucket({ versioned: true }), Key: 'v' };
    const [one, two] = [await put(aws, at, 'one'), await put(aws, at, 'two')];
    await aws.s3.send(new DeleteObjectCommand(at));
    const listed = await aws.s3.send(new ListObjectVersionsCommand({ Bucket: at.Bucket }));
    expect(listed.Versions?.map(({ VersionId }) => VersionId)).toEqual([
      two.VersionId,
      one.VersionId,
    ]);
    expect(listed.Versions?.map(({ IsLatest }) => IsLatest)).toEqual([false, false]);
    expect(listed.DeleteMarkers?.map(({ IsLatest }) => IsLatest)).toEqual([true]);
  });

  rule('lists of versions come in pages that neither repeat nor lose one', async (aws) => {
    const Bucket = await aws.newBucket({ versioned: true });
    const written: string[] = [];
    for (const Key of ['a', 'a', 'b', 'c', 'c']) {
      written.push((await put(aws, { Bucket, Key }, Key)).VersionId ?? '');
    }
    const seen: string[] = [];
    let from: { readonly KeyMarker?: string; readonly VersionIdMarker?: string } = {};
    for (let page = 0; page < 10; page += 1) {
      const answer = await aws.s3.send(
        new ListObjectVersionsCommand({ Bucket, MaxKeys: 2, ...from }),
      );
      seen.push(...(answer.Versions ?? []).map(({ VersionId }) => VersionId ?? ''));
      expect(answer.Versions?.length).toBeLessThanOrEqual(2);
      if (answer.IsTruncated !== true) break;
      from = {
        ...(answer.NextKeyMarker !== undefined && { KeyMarker: answer.NextKeyMarker }),
        ...(answer.NextVersionIdMarker !== undefined && {
          VersionIdMarker: answer.NextVersionIdMarker,
        }),
      };
    }
    expect(seen.toSorted()).toEqual(written.toSorted());
  });

  rule('objects from before versioning keep the version "null"', async (aws) => {
    const at = { Bucket: await aws.newBucket(), Key: 'k' };
    await put(aws, at, 'old');
    await setVersioning(aws, at.Bucket, 'Enabled');
    await put(aws, at, 'new');
    expect(await textOf(aws, { ...at, VersionId: 'null' })).toBe('old');
    expect(await textOf(aws, at)).toBe('new');
  });

  rule('while versioning is suspended only the version "null" is replaced', async (aws) => {
    const at = { Bucket: await aws.newBucket({ versioned: true }), Key: 'k' };
    const { VersionId = '' } = await put(aws, at, 'kept');
    await setVersioning(aws, at.Bucket, 'Suspended');
    const { Status } = await aws.s3.send(new GetBucketVersioningCommand({ Bucket: at.Bucket }));
    expect(Status).toBe('Suspended');
    await put(aws, at, 'replaced');
    await put(aws, at, 'last');
    expect(await textOf(aws, at)).toBe('last');
    expect(await textOf(aws, { ...at, VersionId })).toBe('kept');
    const { Versions } = await aws.s3.send(new ListObjectVersionsCommand({ Bucket: at.Bucket }));
    expect(Versions?.map((version) => version.VersionId)).toEqual(['null', VersionId]);
  });
}
