import { accessSync, constants, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';

/** The full path of the first of these programs that is on PATH. */
export function onPath(...names) {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean);
  for (const name of names) {
    for (const folder of folders) {
      const file = join(folder, process.platform === 'win32' ? `${name}.exe` : name);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        // The next folder.
      }
    }
  }
  return undefined;
}

/** The Chromium that browser tests drive, or undefined. */
export const chromiumProgram = () =>
  process.env['CHROMIUM_PATH'] ||
  onPath('chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable');

/** Whether this process may install Debian packages. */
export const canInstall = () =>
  process.platform === 'linux' &&
  process.getuid?.() === 0 &&
  existsSync('/etc/debian_version') &&
  onPath('apt-get') !== undefined;

const POLICY = '/usr/sbin/policy-rc.d';
let listsFresh = false;

/** Installs one Debian package without starting its service. Returns why it did not work, or undefined. */
export function installPackage(name) {
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const apt = (...args) =>
    spawnSync('apt-get', args, { env: environment, encoding: 'utf8', timeout: 300_000 });
  const complaint = (ran) =>
    (ran.error?.message ?? ran.stderr.trim().split('\n').at(-1)) || `exit ${ran.status}`;
  const ours = !existsSync(POLICY);
  if (ours) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    if (!listsFresh) {
      const updated = apt('update', '-qq');
      if (updated.status !== 0) return `apt-get update: ${complaint(updated)}`;
      listsFresh = true;
    }
    const installed = apt('install', '-y', '-qq', '--no-install-recommends', name);
    return installed.status === 0 ? undefined : `apt-get install ${name}: ${complaint(installed)}`;
  } finally {
    if (ours && readFileSync(POLICY, 'utf8').includes('exit 101')) rmSync(POLICY, { force: true });
  }
}
