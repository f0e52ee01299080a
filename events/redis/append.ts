/**
 * Appends entries to the stream of a cluster, each only right after the one before it, so that repeats are refused and gaps
 * cannot come about, whoever else appends. The ids of the stream are our positions: VERSION-SEQUENCE.
 *
 * KEYS: the stream, the set of the channel's clusters, the bell.
 * ARGV: cluster, channel, the most entries kept, BEGIN or CONTINUE, the id that the first follows; then id, time and body of each.
 * Returns OK, or BEHIND when the stream does not hold the entry that the first one follows: BEGIN allows an empty one.
 */
export const appendScript = `
local function before(a, b)
  local av, as = string.match(a, '^(%d+)-(%d+)$')
  local bv, bs = string.match(b, '^(%d+)-(%d+)$')
  av, as, bv, bs = tonumber(av), tonumber(as), tonumber(bv), tonumber(bs)
  return av < bv or (av == bv and as < bs)
end
local newest = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
local last = newest[1] and newest[1][1]
if not last and ARGV[4] ~= 'BEGIN' then return 'BEHIND' end
local previous = ARGV[5]
local added = false
for i = 6, #ARGV, 3 do
  local id = ARGV[i]
  if not last or before(last, id) then
    if last and last ~= previous then return 'BEHIND' end
    redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[3], id, 'p', previous, 't', ARGV[i + 1], 'b', ARGV[i + 2])
    last = id
    added = true
  end
  previous = id
end
if added then
  redis.call('SADD', KEYS[2], ARGV[1])
  redis.call('XADD', KEYS[3], 'MAXLEN', '~', 1000, '*', 'c', ARGV[2])
end
return 'OK'
`;
