/** The slots of Redis Cluster: section "Key distribution model" of its specification. */
export const SLOTS = 16_384

/** CRC16, XMODEM: polynomial 0x1021, begins with zero. One entry per value of the upper byte. */
const CRC_TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1
  return crc
})

/** The slot of a key: of what stands in its first braces if there is anything, else of all of it. */
export function hashSlot(key: string): number {
  const open = key.indexOf('{')
  const close = open < 0 ? -1 : key.indexOf('}', open + 1)
  const hashed = Buffer.from(close > open + 1 ? key.slice(open + 1, close) : key)
  let crc = 0
  for (const byte of hashed) crc = ((crc << 8) & 0xffff) ^ (CRC_TABLE[(crc >> 8) ^ byte] as number)
  return crc % SLOTS
}

/**
 * Names for partitions whose slots lie evenly over the cluster: the shortest base-36 number whose slot is in the middle
 * half of the partition's share. Every client that is told the same count finds the same names.
 */
export function partitionLabels(count: number): readonly string[] {
  const labels = new Array<string | undefined>(count)
  const share = SLOTS / count
  for (let candidate = 0, missing = count; missing > 0; candidate++) {
    const label = candidate.toString(36)
    const slot = hashSlot(label)
    const index = Math.floor(slot / share)
    const within = slot / share - index
    if (labels[index] !== undefined || within < 0.25 || within >= 0.75) continue
    labels[index] = label
    missing--
  }
  return labels as string[]
}
