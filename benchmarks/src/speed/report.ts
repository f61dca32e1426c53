import { arch, cpus, platform } from 'node:os'
import type { Result } from './measure.js'

export const machine = (): string =>
  `Node ${process.versions.node}, ${platform()} ${arch()}, ${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown'}`

const shown = (ns: number): string => (ns < 10_000 ? `${ns.toFixed(0)} ns` : `${(ns / 1000).toFixed(1)} us`)

/** A table for a terminal, which is also Markdown. */
export function table(title: string, base: string, results: readonly Result[]): string {
  const rows = [...results]
    .sort((a, b) => a.ns - b.ns)
    .map(
      ({ name, ns, fastest, slowest, ratio }) =>
        `| ${name.padEnd(34)} | ${shown(ns).padStart(8)} | ${`${shown(fastest)} .. ${shown(slowest)}`.padStart(20)} | ${`${ratio.toFixed(2)}x`.padStart(8)} |`,
    )
  return [
    title,
    '',
    `| ${''.padEnd(34)} | ${'median'.padStart(8)} | ${'spread'.padStart(20)} | ${'speed'.padStart(8)} |`,
    `| ${'-'.repeat(34)} | ${'-'.repeat(7)}: | ${'-'.repeat(19)}: | ${'-'.repeat(7)}: |`,
    ...rows,
    '',
    `speed: operations in the same time, ${base} is 1`,
    '',
  ].join('\n')
}

const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;')

/** Bars on a logarithmic scale: a factor is the same length everywhere. */
export function chart(title: string, results: readonly Result[]): string {
  const sorted = [...results].sort((a, b) => a.ns - b.ns)
  const [least, most] = [sorted[0]?.ns ?? 1, sorted.at(-1)?.ns ?? 1]
  const width = (ns: number): number => 20 + (380 * Math.log(ns / least)) / Math.max(0.01, Math.log(most / least))
  const bars = sorted.map(({ name, ns }, index) => {
    const y = 44 + index * 26
    const color = name.startsWith('holdfast') ? '#0a7d5a' : '#9aa5b1'
    return [
      `<text x="230" y="${y + 13}" text-anchor="end">${escaped(name)}</text>`,
      `<rect x="240" y="${y}" width="${width(ns).toFixed(0)}" height="18" rx="3" fill="${color}"/>`,
      `<text x="${(248 + width(ns)).toFixed(0)}" y="${y + 13}">${shown(ns)}</text>`,
    ].join('')
  })
  const height = 60 + sorted.length * 26
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 740 ${height}" font-family="system-ui, sans-serif" font-size="12"><rect width="740" height="${height}" fill="#fff"/><text x="20" y="24" font-size="14" font-weight="600">${escaped(title)}</text>${bars.join('')}<text x="20" y="${height - 6}" fill="#666">shorter is faster, logarithmic</text></svg>\n`
}
