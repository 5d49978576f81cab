/** The test kit: virtual time, seeded schedules, and the marks that tests carry. */
@NullMarked
package io.greenloop.testing;

import org.jspecify.annotations.NullMarked;
