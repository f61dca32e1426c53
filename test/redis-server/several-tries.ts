import { Unavailable } from './types.js'

const TRIES = 3

/** For what needs several ports: somebody may have taken one between our look and our use of it. */
export async function severalTries<T>(start: () => Promise<T>): Promise<T> {
  for (let left = TRIES - 1; ; left--) {
    try {
      return await start()
    } catch (error) {
      if (left === 0 || error instanceof Unavailable) throw error
    }
  }
}
