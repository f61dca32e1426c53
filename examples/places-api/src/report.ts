import type { Latency } from './latency.js'
import type { Scene } from './scene.js'

const header = ['', 'calls', 'loads', 'hits', 'shared', 'uncached p50', 'p95', 'cached p50', 'p95']

/** What happened, as a table. */
export function tableOf(scenes: readonly Scene[]): string {
  const rows = [header, ...scenes.map(rowOf)]
  const widths = header.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const [head, ...body] = rows.map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  '),
  )
  const notes = scenes.filter((scene) => scene.uncachedNote).map((scene) => `* uncached: ${scene.uncachedNote}`)
  return [head, '─'.repeat(head!.length), ...body, ...notes].join('\n')
}

/** What the day claims, and whether it held. */
export function claimsOf(scenes: readonly Scene[]): string {
  const claims = scenes.flatMap((scene) => scene.claims)
  return claims.map(({ text, holds }) => `${holds ? '✓' : '✗'} ${text}`).join('\n')
}

export const allHold = (scenes: readonly Scene[]): boolean => scenes.every(({ claims }) => claims.every((c) => c.holds))

function rowOf(scene: Scene): string[] {
  const { name, calls, loads, hits, shared, uncached, uncachedNote, latency } = scene
  const counts = [calls, loads, hits, shared].map(String)
  return [uncachedNote ? `${name} *` : name, ...counts, ...cellsOf(uncached), ...cellsOf(latency)]
}

function cellsOf(latency: Latency | undefined): string[] {
  return latency ? [latency.p50, latency.p95].map(format) : ['', '']
}

function format(milliseconds: number): string {
  return `${milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`
}
