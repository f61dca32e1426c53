/** Bars for percentages. */
export function chart(title: string, names: readonly string[], values: readonly number[]): string {
  const sorted = names.map((name, at) => ({ name, value: values[at] as number })).sort((a, b) => b.value - a.value)
  const bars = sorted.map(({ name, value }, index) => {
    const y = 44 + index * 26
    const color = name === 'holdfast' ? '#0a7d5a' : name === 'optimum' ? '#d7dde3' : '#9aa5b1'
    return [
      `<text x="150" y="${y + 13}" text-anchor="end">${name}</text>`,
      `<rect x="160" y="${y}" width="${(5 * value).toFixed(0)}" height="18" rx="3" fill="${color}"/>`,
      `<text x="${(168 + 5 * value).toFixed(0)}" y="${y + 13}">${value.toFixed(1)} %</text>`,
    ].join('')
  })
  const height = 60 + sorted.length * 26
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 740 ${height}" font-family="system-ui, sans-serif" font-size="12"><rect width="740" height="${height}" fill="#fff"/><text x="20" y="24" font-size="14" font-weight="600">${title}</text>${bars.join('')}</svg>\n`
}
