/** Small programs that show one thing each; the tests run them and compare what they print. */
package io.greenloop.examples;
