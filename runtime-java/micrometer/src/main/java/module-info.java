/** Hands the numbers of a loop to Micrometer. */
@SuppressWarnings({
  "requires-automatic",
  "requires-transitive-automatic"
}) // Micrometer names its module in the manifest only
module io.greenloop.micrometer {
  requires transitive io.greenloop.runtime;
  requires transitive micrometer.core;
  requires static org.jspecify;

  exports io.greenloop.micrometer;
}
