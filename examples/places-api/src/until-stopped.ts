/** Ctrl-C, SIGTERM, or the end of the process that started this one. A second Ctrl-C ends this process at once. */
export async function untilStopped(): Promise<'stopped'> {
  return await new Promise((resolve) => {
    for (const event of ['SIGINT', 'SIGTERM', 'disconnect']) process.once(event, () => resolve('stopped'))
    process.channel?.unref() // Listening for its end is no reason to stay.
  })
}
