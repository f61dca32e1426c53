import type { Database } from './database.js'

/** Much longer than the quick queries take, queueing included. */
const quickMs = 3_000

export interface CountrySummary {
  readonly places: number
  readonly people: number
  readonly medianPopulation: number
  readonly largest: readonly { readonly id: number; readonly name: string; readonly population: number }[]
}

export async function countrySummary(database: Database, country: string): Promise<CountrySummary | null> {
  const [summary] = await database.read<CountrySummary>(
    `select count(*)::int as places, sum(population)::float8 as people,
       percentile_cont(0.5) within group (order by population) as "medianPopulation",
       (array_agg(json_build_object('id', id, 'name', name, 'population', population)
         order by population desc))[1:3] as largest
     from settlement where country = $1 having count(*) > 0`,
    [country],
    quickMs,
  )
  return summary ?? null
}

export interface CrowdedPlace {
  readonly name: string
  readonly placesAround: number
  readonly peopleAround: number
}

/** Of the 400 largest places of a country, the ten with the most people within 50 km. Compares each with all others. */
export async function crowdedPlaces(database: Database, country: string): Promise<CrowdedPlace[]> {
  return await database.read<CrowdedPlace>(
    `with here as (select * from settlement where country = $1),
     large as (select * from here order by population desc limit 400)
     select large.name, count(*)::int as "placesAround", sum(here.population)::float8 as "peopleAround"
     from large join here on here.latitude between large.latitude - 0.45 and large.latitude + 0.45
       and 2 * 6371 * asin(sqrt(
         sin(radians(here.latitude - large.latitude) / 2) ^ 2 + cos(radians(large.latitude))
         * cos(radians(here.latitude)) * sin(radians(here.longitude - large.longitude) / 2) ^ 2)) <= 50
     group by large.id, large.name order by "peopleAround" desc limit 10`,
    [country],
  )
}

export interface RankedCountry {
  readonly rank: number
  readonly country: string
  readonly places: number
  readonly people: number
  /** How much of the country's people live in its largest place, 0 to 1. */
  readonly shareOfLargest: number
}

export async function countryRanking(database: Database): Promise<RankedCountry[]> {
  return await database.read<RankedCountry>(
    `select rank() over (order by sum(population) desc)::int as rank, country, count(*)::int as places,
       sum(population)::float8 as people, max(population)::float8 / nullif(sum(population), 0) as "shareOfLargest"
     from settlement group by country order by rank`,
  )
}

export interface WorldTotals {
  readonly places: number
  readonly people: number
  readonly countedAt: string
}

export async function worldTotals(database: Database): Promise<WorldTotals> {
  const [totals] = await database.read<WorldTotals>(
    `select count(*)::int as places, sum(population)::float8 as people, clock_timestamp()::text as "countedAt"
     from settlement`,
    [],
    quickMs,
  )
  return totals as WorldTotals // An aggregate over everything always has one row.
}

/** The country of the place that was changed, if there is such a place. */
export async function setPopulation(database: Database, id: number, population: number): Promise<string | undefined> {
  const [place] = await database.write<{ country: string }>(
    'update place set population = $2 where id = $1 returning country',
    [id, population],
  )
  return place?.country
}
