/** The address at `from`, as RFC 5952 writes it: lower case, the first longest run of zero groups as `::`. */
export function ipv6(bytes: Buffer, from: number): string {
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(from + 2 * index));
  let [best, bestLength] = [-1, 1];
  for (let start = 0; start < 8; start++) {
    let end = start;
    while (end < 8 && groups[end] === 0) end++;
    if (end - start > bestLength) [best, bestLength] = [start, end - start];
  }
  const text = groups.map((group) => group.toString(16));
  if (best === -1) return text.join(':');
  return `${text.slice(0, best).join(':')}::${text.slice(best + bestLength).join(':')}`;
}
