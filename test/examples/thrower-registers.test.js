import { testSubject } from 'unwindiff/testing/test-subject';
import { subject } from './thrower-registers.js';

testSubject(subject);
