import { described as amazon } from '../libs/connectors/amazon/testing/described.js';
import { described as freeagent } from '../libs/connectors/freeagent/testing/described.js';
import { described as shipbob } from '../libs/connectors/shipbob/testing/described.js';
import { described as shopify } from '../libs/connectors/shopify/testing/described.js';
import type { Sandbox } from '../apps/sandbox/index.js';
import { witness, type Description, type Witness } from './witness.js';

const DESCRIBED: Readonly<Record<string, Description | undefined>> = { amazon, freeagent, shipbob, shopify };

/** From now on all that a sandbox is asked and answers is held to each vendor's own description, where that is here. */
export const witnessAll = ({ simulators }: Sandbox): readonly Witness[] =>
  [...simulators].map(([name, simulator]) => witness(simulator, DESCRIBED[name]));
