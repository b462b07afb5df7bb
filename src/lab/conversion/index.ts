// Cluster API objects between v1beta1 and v1beta2: the only door to this folder.

export { startConversionWebhook } from './webhook.ts';
