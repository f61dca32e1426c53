/** Waits for all, then rejects with the first failure: one part's failure must not keep the others from being done. */
export async function all(work: readonly Promise<unknown>[]): Promise<void> {
  const settled = await Promise.allSettled(work)
  const failed = settled.find((one) => one.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}
