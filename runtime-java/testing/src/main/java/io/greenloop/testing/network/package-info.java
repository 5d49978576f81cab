/**
 * A network in memory, for tests of servers, reconnects and time limits: hosts with a loop each,
 * links that are slow, lose packets, break and mend again, all under virtual time and a seed.
 */
@NullMarked
package io.greenloop.testing.network;

import org.jspecify.annotations.NullMarked;
