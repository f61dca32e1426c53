#!/usr/bin/env node
import { main } from './main.js'

// Whoever reads us may stop early: `holdfast config schema | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

// Not process.exit: what is written may still be on its way through a pipe.
process.exitCode = await main(process.argv.slice(2), process)
