/** Every 40th good test of libreswan's own suite. */
import { testSample } from './suite-sample.ts';

testSample({ suite: 'libreswan', every: 40, record: 'libreswan-sample.json' });
