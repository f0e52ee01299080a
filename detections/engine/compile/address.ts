import { BlockList, isIP, isIPv4 } from 'node:net';

/** The number of an IPv4 address in dotted form; -1 for anything else. Without regular expressions or garbage. */
export function ipv4Number(text: string): number {
  let value = 0;
  let part = -1;
  let parts = 1;
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit === -2) {
      if (part === -1) return -1;
      value = value * 256 + part;
      part = -1;
      parts++;
    } else if (digit >= 0 && digit <= 9) {
      part = (part === -1 ? 0 : part * 10) + digit;
      if (part > 255) return -1;
    } else {
      return -1;
    }
  }
  return parts === 4 && part !== -1 ? value * 256 + part : -1;
}

/** One form for each address: RFC 5952, and dotted for IPv4 within IPv6. Null for what is none. */
export function canonicalAddress(text: string): string | null {
  if (isIPv4(text)) return text;
  if (isIP(text) === 0) return null;
  const canonical = new URL(`http://[${text.split('%')[0]}]`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(canonical);
  if (mapped === null) return canonical;
  const [high = 0, low = 0] = mapped.slice(1).map((group) => Number.parseInt(group, 16));
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
}

/** Whether an address lies in a block: `10.0.0.0/8`, `fd00::/8`, or one address. Null for what is no block. */
export function networkTest(text: string): ((address: string) => boolean) | null {
  const [base = '', bits, more] = text.split('/');
  const family = isIP(base);
  const most = family === 4 ? 32 : 128;
  const length = bits === undefined ? most : Number(bits);
  if (family === 0 || more !== undefined || !/^\d{0,3}$/.test(bits ?? '') || bits === '' || length > most) return null;
  if (family === 4) {
    const size = 2 ** (32 - length);
    const block = Math.floor(ipv4Number(base) / size);
    return (address) => {
      const number = ipv4Number(address);
      return number !== -1 && Math.floor(number / size) === block;
    };
  }
  const list = new BlockList();
  list.addSubnet(base, length, 'ipv6');
  return (address) => address.includes(':') && list.check(address, 'ipv6');
}
