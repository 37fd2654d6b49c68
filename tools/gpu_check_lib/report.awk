# The lines of roofline (cuda/roofline.cc) as one JSON document and one table in Markdown.
# Given  date, sanitizer, checked, failed: of the run;  json, markdown: the files to write.
BEGIN { FS = "\t" }
NR == 1 {
  printf "{\"date\":\"%s\",\"device\":\"%s\",\"architecture\":\"%s\",\"memory\":\"%s\",", \
    date, $2, $3, $4 > json
  printf "\"toolkit\":\"%s\",\"equal\":%d,\"failed\":%d,\"sanitizer\":\"%s\",\"roofline\":[", \
    $5, checked, failed, sanitizer > json
  printf "%s (%s, %s, %s), %s: %d claims hold, %d failed; compute-sanitizer: %s.\n\n", \
    $2, $3, $4, $5, date, checked, failed, sanitizer > markdown
  print "| what | rate | of peak | median us | min us | max us | samples |" > markdown
  print "|---|---:|---:|---:|---:|---:|---:|" > markdown
  next
}
{
  printf "%s\n{\"name\":\"%s\",\"unit\":\"%s\",\"rate\":%s,\"of_peak\":%s,", \
    (NR > 2 ? "," : ""), $1, $2, $3, $4 > json
  printf "\"median_us\":%s,\"min_us\":%s,\"max_us\":%s,\"samples\":%s}", $5, $6, $7, $8 > json
  printf "| %s | %s %s | %s | %s | %s | %s | %s |\n", $1, $3, $2, $4, $5, $6, $7, $8 > markdown
}
END { print "]}" > json }
