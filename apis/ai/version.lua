--- The version of trapos-ai.
return "0.2.4"
