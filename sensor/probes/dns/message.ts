import { ipv6 } from '../ipv6.ts';

/** What a DNS message says, as far as anybody asks (RFC 1035, section 4). */
export interface DnsMessage {
  readonly response: boolean;
  /** Of the first question, in lower case, without the last dot; `.` for the root. */
  readonly name: string;
  /** Such as `AAAA`; a number where it has no name here. */
  readonly type: string;
  /** How it went, such as `NXDOMAIN`. */
  readonly code: string;
  /** Addresses and names of the first 16 records. */
  readonly answers: readonly string[];
}

const types: Readonly<Record<number, string>> = {
  1: 'A',
  2: 'NS',
  5: 'CNAME',
  6: 'SOA',
  12: 'PTR',
  15: 'MX',
  16: 'TXT',
  28: 'AAAA',
  33: 'SRV',
  64: 'SVCB',
  65: 'HTTPS',
  255: 'ANY',
};
const codes = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'] as const;

const headerBytes = 12;
const mostAnswers = 16;
const mostNameBytes = 255;

/** Undefined where the question makes no sense. An answer that is cut or makes none ends the answers. */
export function parseDns(bytes: Buffer): DnsMessage | undefined {
  if (bytes.length < headerBytes || bytes.readUInt16BE(4) === 0) return undefined;
  const flags = bytes.readUInt16BE(2);
  const question = readName(bytes, headerBytes);
  if (!question || question.end + 4 > bytes.length) return undefined;
  const type = bytes.readUInt16BE(question.end);
  const response = flags >>> 15 === 1;
  return {
    response,
    name: question.name,
    type: types[type] ?? String(type),
    code: codes[flags & 15] ?? String(flags & 15),
    // With several questions, which nobody sends, the answers begin elsewhere.
    answers: response && bytes.readUInt16BE(4) === 1 ? readAnswers(bytes, question.end + 4) : [],
  };
}

function readAnswers(bytes: Buffer, start: number): readonly string[] {
  const answers: string[] = [];
  let at = start;
  for (let left = Math.min(bytes.readUInt16BE(6), mostAnswers); left > 0; left--) {
    const owner = readName(bytes, at);
    // Type, class, time to live and length of what follows.
    if (!owner || owner.end + 10 > bytes.length) break;
    const type = bytes.readUInt16BE(owner.end);
    const length = bytes.readUInt16BE(owner.end + 8);
    const data = owner.end + 10;
    if (data + length > bytes.length) break;
    const answer = readAnswer(bytes, type, data, length);
    if (answer !== undefined) answers.push(answer);
    at = data + length;
  }
  return answers;
}

function readAnswer(bytes: Buffer, type: number, at: number, length: number): string | undefined {
  if (type === 1 && length === 4) return bytes.subarray(at, at + 4).join('.');
  if (type === 28 && length === 16) return ipv6(bytes, at);
  const isName = type === 2 || type === 5 || type === 12;
  return isName ? readName(bytes, at)?.name : undefined;
}

/** RFC 1035, 4.1.4. Each pointer must lead further back than the last, so that no loop can be made. */
function readName(bytes: Buffer, start: number): { readonly name: string; readonly end: number } | undefined {
  const labels: string[] = [];
  let end = 0; // behind the name where it began; set by the first pointer
  let [at, earliest, total] = [start, start, 0];
  for (;;) {
    const length = bytes[at];
    if (length === undefined) return undefined;
    if (length >= 0xc0) {
      const target = ((length & 0x3f) << 8) | (bytes[at + 1] ?? 0xff);
      if (at + 1 >= bytes.length || target >= earliest) return undefined;
      end ||= at + 2;
      at = earliest = target;
      continue;
    }
    if (length === 0) return { name: labels.length === 0 ? '.' : labels.join('.'), end: end || at + 1 };
    total += length + 1;
    if (length > 63 || total > mostNameBytes || at + 1 + length > bytes.length) return undefined;
    labels.push(labelText(bytes.subarray(at + 1, at + 1 + length)));
    at += 1 + length;
  }
}

/** Bytes that are no letters, digits, `-` or `_` come as `\DDD` (RFC 1035, 5.1). */
function labelText(label: Buffer): string {
  const text = label.toString('latin1');
  if (/^[\w-]+$/.test(text)) return text.toLowerCase();
  const escaped = (byte: string): string => `\\${String(byte.charCodeAt(0)).padStart(3, '0')}`;
  return text.replace(/[^\w-]/g, escaped).toLowerCase();
}
