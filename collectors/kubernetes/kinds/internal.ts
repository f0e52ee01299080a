/** Which load balancers their cloud keeps off the Internet. */

type Annotations = ReadonlyMap<string, string>;

interface Rule {
  readonly annotation: string;
  /** The values that ask for an internal load balancer, in lower case; none: any value does. */
  readonly values: readonly string[];
}

/** Of the cloud providers' documentation of their Service annotations. */
const serviceRules: readonly Rule[] = [
  { annotation: 'service.beta.kubernetes.io/azure-load-balancer-internal', values: ['true'] },
  { annotation: 'networking.gke.io/load-balancer-type', values: ['internal'] },
  { annotation: 'cloud.google.com/load-balancer-type', values: ['internal'] },
  { annotation: 'service.beta.kubernetes.io/openstack-internal-load-balancer', values: ['true'] },
  { annotation: 'service.beta.kubernetes.io/oci-load-balancer-internal', values: ['true'] },
  { annotation: 'oci-network-load-balancer.oraclecloud.com/internal', values: ['true'] },
  { annotation: 'service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type', values: ['intranet'] },
  { annotation: 'service.kubernetes.io/qcloud-loadbalancer-internal-subnetid', values: [] },
  { annotation: 'service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type', values: ['private'] },
  { annotation: 'service.beta.kubernetes.io/do-loadbalancer-network', values: ['internal'] },
  { annotation: 'service.beta.kubernetes.io/scw-loadbalancer-private', values: ['true'] },
  { annotation: 'service.beta.kubernetes.io/cce-load-balancer-internal-vpc', values: ['true'] },
  { annotation: 'load-balancer.hetzner.cloud/disable-public-network', values: ['true'] },
];

function asks(annotations: Annotations, { annotation, values }: Rule): boolean {
  const value = annotations.get(annotation)?.toLowerCase();
  return value !== undefined && (values.length === 0 || values.includes(value));
}

/** Classes and types that the AWS Load Balancer Controller and EKS Auto Mode serve; their default scheme is internal. */
const awsClasses = ['service.k8s.aws/nlb', 'eks.amazonaws.com/nlb'];
const awsTypes = ['external', 'nlb-ip'];

function isInternalOnAws(annotations: Annotations, loadBalancerClass: string | null): boolean {
  const scheme = annotations.get('service.beta.kubernetes.io/aws-load-balancer-scheme');
  if (scheme !== undefined) return scheme === 'internal';
  const internal = annotations.get('service.beta.kubernetes.io/aws-load-balancer-internal');
  // The in-tree provider takes every value but "false" as yes; 0.0.0.0/0 is the one of old manifests.
  if (internal !== undefined) return internal !== '' && internal !== 'false';
  const type = annotations.get('service.beta.kubernetes.io/aws-load-balancer-type') ?? '';
  return awsTypes.includes(type) || (loadBalancerClass !== null && awsClasses.includes(loadBalancerClass));
}

export function isInternalService(annotations: Annotations, loadBalancerClass: string | null): boolean {
  return isInternalOnAws(annotations, loadBalancerClass) || serviceRules.some((rule) => asks(annotations, rule));
}

export function isInternalIngress(
  annotations: Annotations,
  className: string | null,
  addresses: readonly string[],
): boolean {
  if (className === 'gce-internal') return true;
  if (annotations.get('appgw.ingress.kubernetes.io/use-private-ip') === 'true') return true;
  const scheme = annotations.get('alb.ingress.kubernetes.io/scheme');
  if (scheme !== undefined) return scheme === 'internal';
  if (className !== 'alb') return false;
  // The default is internal, but IngressClassParams may say otherwise; the name that AWS gave it then tells.
  const names = addresses.filter((address) => address.includes('.elb.amazonaws.com'));
  return names.every((name) => name.startsWith('internal-'));
}

/**
 * Gateway classes whose gateways are reached within a network only: GKE's regional internal load balancers
 * (gke-l7-rilb, gke-l7-cross-regional-internal-managed-mc), VPC Lattice, and Istio's waypoints within the mesh.
 */
const internalGatewayClass = /^(gke-.*(rilb|internal).*|amazon-vpc-lattice|istio-waypoint)$/;

export function isInternalGateway(annotations: Annotations, className: string | null): boolean {
  if (className !== null && internalGatewayClass.test(className)) return true;
  return annotations.get('networking.istio.io/service-type') === 'ClusterIP' || isInternalService(annotations, null);
}
