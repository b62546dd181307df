// Files that are whole or not there, also after a crash or a power cut.
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** Writes a value as JSON: to a new file, to the disk, and only then under its name. */
export function store (file, value) {
  const part = `${file}.part`
  writeFileSync(part, JSON.stringify(value, null, 1), { mode: 0o600 })
  place(part, file)
}

/** Moves a written file to its name, durably. */
export function place (part, file) {
  sync(part)
  renameSync(part, file)
  sync(path.dirname(file))
}

/** Returns what `store` wrote, or undefined. */
export function recall (file) {
  try {
    return JSON.parse(readFileSync(file))
  } catch (error) {
    if (error.code === 'ENOENT') return undefined
    throw error
  }
}

function sync (name) {
  const handle = openSync(name, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
