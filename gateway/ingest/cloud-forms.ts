/** How the audit events of a cluster are addressed in each cloud: what follows the scheme. */
export const cloudForms = {
  eks: 'REGION/CLUSTER',
  aks: 'NAMESPACE/HUB/GROUP/CLUSTER',
  'aks-storage': 'ACCOUNT/GROUP/CLUSTER',
  gke: 'PROJECT/LOCATION/CLUSTER',
} as const;

export type Cloud = keyof typeof cloudForms;

/** As help and messages show them. */
export const cloudAddresses = Object.entries(cloudForms)
  .map(([scheme, form]) => `${scheme}://${form}`)
  .join(', ');
