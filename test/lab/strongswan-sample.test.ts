/** Every 110th test of strongSwan's own suite. */
import { testSample } from './suite-sample.ts';

testSample({ suite: 'strongswan', every: 110, record: 'strongswan-sample.json' });
