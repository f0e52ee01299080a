import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditLogFeed, cloudFeed } from './audit-feeds.ts';

test('addresses of clouds name a cluster of the chart, or none', () => {
  const read = (text: string): readonly unknown[] | null => {
    const feed = cloudFeed(text, {
      eventHubs: null,
      consumerGroup: '$Default',
      storageAccount: null,
      auditLateness: 2,
    });
    return feed && [feed.cluster, feed.address, feed.provider];
  };
  const eks = 'eks://eu-central-1/prod';
  assert.deepEqual(read(eks), [null, eks, 'eks']);
  const context = 'arn:aws:eks:eu-central-1:111122223333:cluster/prod';
  assert.deepEqual(read(`${context}=${eks}`), [context, eks, 'eks']);
  const aks = 'aks://shop.servicebus.windows.net/audit/shop_group(1)/prod';
  assert.deepEqual(read(`prod=${aks}`), ['prod', aks, 'aks']);
  const storage = 'aks-storage://shop.blob.core.windows.net/shop_group(1)/prod';
  assert.deepEqual(read(`prod=${storage}`), ['prod', storage, 'aks']);
  assert.deepEqual(read('gke://example.com:shop/europe-west3/prod'), [
    null,
    'gke://example.com:shop/europe-west3/prod',
    'gke',
  ]);
  for (const wrong of [
    '',
    'prod',
    'eks://prod',
    'eks://a/b/c',
    'eks://a//b',
    'oke://a/b',
    'gke://a/b/c" OR "d',
    '=eks://a/b',
  ])
    assert.equal(read(wrong), null, wrong);
});

test('log files are told from names of clusters', () => {
  const read = (text: string) => [auditLogFeed(text).cluster, auditLogFeed(text).address];
  assert.deepEqual(read('/var/log/audit.log'), [null, '/var/log/audit.log']);
  assert.deepEqual(read('prod=/var/log/audit.log'), ['prod', '/var/log/audit.log']);
  assert.deepEqual(read('/var/a=b.log'), [null, '/var/a=b.log']);
});
