import { BlockList, isIP } from 'node:net';

/**
 * Ranges that are not reached from the Internet: RFC 6890, RFC 6598 (carrier NAT), RFC 4193, RFC 4291. Those for
 * documentation (RFC 5737) count as public: that is what they stand for where they are written.
 */
const notPublic = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const) {
  notPublic.addSubnet(network, prefix, 'ipv4');
}
for (const [network, prefix] of [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  notPublic.addSubnet(network, prefix, 'ipv6');
}

/** Host names that mark an internal load balancer, or cannot be resolved from outside. */
const internalName = /^internal-|(^|\.)(internal|local|localhost|lan|home\.arpa)$/i;

/** Whether an address (IP or host name) can be reached from the Internet, as far as the address itself tells. */
export function isPublicAddress(address: string): boolean {
  const version = isIP(address);
  if (version === 0) return address !== '' && !internalName.test(address);
  return !notPublic.check(address, version === 4 ? 'ipv4' : 'ipv6');
}

/** Whether a CIDR range of allowed sources lets somebody from the Internet in. Ranges that cannot be read count as open. */
export function isPublicRange(range: string): boolean {
  const [address = '', prefix] = range.trim().split('/');
  const version = isIP(address);
  if (version === 0) return true;
  // So wide a range holds public addresses although 0.0.0.0 or :: is none.
  if (prefix !== undefined && Number(prefix) < (version === 4 ? 8 : 4)) return true;
  return isPublicAddress(address);
}
