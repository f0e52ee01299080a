/** A token bucket for each of many senders; those longest silent are forgotten where there are too many. */
export function rateLimit(perSecond: number, burst: number, most = 10_000): (sender: string, now: number) => boolean {
  const buckets = new Map<string, { left: number; at: number }>();
  return (sender, now) => {
    const known = buckets.get(sender);
    const left = known ? Math.min(burst, known.left + ((now - known.at) / 1000) * perSecond) : burst;
    buckets.delete(sender); // so that it becomes the youngest
    if (buckets.size >= most) buckets.delete(buckets.keys().next().value as string);
    buckets.set(sender, { left: left < 1 ? left : left - 1, at: now });
    return left >= 1;
  };
}
