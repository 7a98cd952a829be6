/** The sandbox alone: every simulator on a local port, with its options as one JSON argument. */
import { programOf } from './program.mjs';
import { nameSources } from './source-maps.mjs';

const program = programOf('sandbox');
if (program) {
  nameSources();
  await import(program.href);
} else {
  console.error('stratus: the sandbox is not built yet. Run: npm run up (or npm run build)');
  process.exitCode = 1;
}
