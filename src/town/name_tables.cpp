#include "town/name_tables.hpp"

namespace wider::town {
namespace {

constexpr std::array<OriginTable, 8> tables = {{
    // Britain
    {640,
     "Emma Sarah Jessica Chloe Emily Charlotte Rebecca Lauren Amy Hannah Sophie Olivia Lucy Megan Samantha Laura "
     "Nicola "
     "Katie Bethany Grace Ellie Victoria Rachel Natalie Gemma Leanne Kelly Claire Louise Georgia Molly Abigail Ella "
     "Eleanor "
     "Jade Paige Shannon Danielle Stephanie Kirsty Lisa Karen Susan Julie Margaret Elizabeth Patricia Christine Jean "
     "Catherine Helen Amanda Joanne Michelle Tracey Jacqueline Deborah Alison Heather Jennifer Lesley Wendy Gillian "
     "Sandra "
     "Linda Barbara Sheila Pauline Maureen Dorothy Joan Edith Hazel Rosemary Frances Holly Isabelle Isla Poppy Daisy "
     "Freya "
     "Imogen Phoebe Zoë Zara Alice Florence Rosie Ruby Lily Evie Amelia Mia Ava Scarlett Summer Skye Maisie Millie Tia "
     "Courtney Kayleigh Stacey Carly Cheryl Hayley Kerry Melissa Vanessa Harriet Matilda Lydia Naomi Esther Miriam "
     "Tamsin "
     "Bronwyn Cerys Morag Fiona Eilidh Ailsa Mhairi Sharon Donna Tina Dawn Teresa Annette Yvonne Carole Beverley "
     "Denise",
     "James Daniel Thomas Matthew Jack Joshua Ryan Luke Samuel Jordan Adam Alexander Benjamin Joseph Liam Christopher "
     "Andrew Michael David Robert William John Paul Mark Stephen Peter Richard Ian Simon Anthony Kevin Gary Martin "
     "Alan "
     "Nicholas Jonathan Edward Charles George Harry Oliver Callum Connor Kieran Kyle Jake Lewis Nathan Aaron Bradley "
     "Ashley "
     "Dean Lee Craig Wayne Darren Stuart Scott Graham Keith Neil Colin Barry Trevor Derek Kenneth Raymond Dennis "
     "Ronald "
     "Brian Roger Philip Geoffrey Gordon Donald Douglas Leslie Norman Stanley Albert Arthur Ernest Frederick Harold "
     "Walter "
     "Alfie Archie Charlie Freddie Logan Mason Tyler Jayden Riley Noah Ethan Oscar Leo Max Finley Toby Dylan Rhys Owen "
     "Gareth Huw Ieuan Dafydd Angus Fraser Hamish Ewan Gregor Rory Blair Reece Jamie Shane Carl Clive Duncan Elliot "
     "Francis "
     "Gavin Howard Hugh Isaac Jason Julian Laurence Marcus Miles Nigel Patrick Rupert Russell Sebastian Spencer "
     "Terence Theo",
     "Smith Jones Taylor Brown Williams Wilson Johnson Davies Robinson Wright Thompson Evans Walker White Roberts "
     "Green Hall "
     "Wood Jackson Clarke Hughes Harris Cooper Ward Turner Edwards Lewis Martin Moore Clark Baker Harrison Morgan Hill "
     "Allen "
     "Parker Bennett Cook Phillips Shaw Price Bailey Carter Richardson Watson Chapman Ellis Foster Mills Hunt Palmer "
     "Webb "
     "Rogers Gibson Knight Stevens Barker Holmes Matthews Dixon Fisher Barnes Powell Mason Pearson Marshall Booth "
     "Fletcher "
     "Reid Stewart Campbell Ross Murray Fraser Graham Hamilton Grant Burns Craig Boyd Owen Rees Griffiths Lloyd "
     "Jenkins Bowen "
     "Pugh Vaughan Probert Parry Slater Sutton Frost Nash Dean Lowe Rowe Doyle Bird Fox Lamb Swift Drake Crane Finch "
     "Hawke "
     "Page Reeve Sawyer Tyler Thatcher Glover Potter Fuller Tanner Weaver Spicer Cartwright Wheeler Gardener Shepherd "
     "Wainman "
     "Browne Hart Nunn Peel Quick Rudd Sharp Tate Underhill Vickers Yates Abbott Bishop Deacon Noble Savage Stout "
     "Young",
     "Ash Birk Brad Brom Bur Cald Clif Cob Crom Dal Den Dun Eld El Fen Garn Gil Gres Hal Hamp Hart Hather Hazel Hol "
     "Horn Kel "
     "Kirk Lang Ling Lind Mar Mel Mor Nor Oak Ol Pem Pres Rad Rams Red Rip Rush Sal Sed Shel Skel Stan Staple Sut "
     "Thorn Tor Wal "
     "War Wather Wel Whit Wil Win Wor Wyn Yar",
     "ton ley worth field ford wood den well bury ham by brook shaw croft"},
    // Ireland
    {60,
     "Siobhan Niamh Aoife Ciara Sinead Roisin Caoimhe Orla Grainne Maeve Clodagh Bridget Kathleen Eileen Nuala Deirdre "
     "Una "
     "Mary Ann Margaret Bernadette Colleen Erin Kerry Shannon Tara Fionnuala Aisling Eimear Muireann Noreen Breda "
     "Sheelagh",
     "Sean Patrick Conor Ciaran Declan Brendan Eoin Cormac Niall Cathal Donal Fergal Kieran Aidan Liam Padraig Seamus "
     "Rory "
     "Brian Dermot Desmond Eamon Finbar Gerard Kevin Malachy Oisin Ronan Shane Terence Tadhg Colm Fintan Lorcan "
     "Diarmuid",
     "Murphy Kelly Byrne Ryan Walsh Doyle McCarthy Gallagher Doherty Kennedy Lynch Quinn Daly Nolan Brennan Burke "
     "Collins "
     "Clancy Casey Cullen Hogan Keane Kearney Maguire Moran Power Regan Sheehan Sweeney Tierney Whelan Hurley Coyle "
     "Duffy",
     "Brien Connor Neill Reilly Sullivan Donnell Rourke Leary Shea Keefe Gara Malley Carroll Hanlon Hara Dwyer Riordan "
     "Flynn "
     "Loughlin Grath Cabe Cann Gowan Guire Kenna Manus Namara Nulty Donagh Elroy Ginty Hugh Nally Dermott Quaid Ateer",
     "*"},
    // South Asia, one
    {95,
     "Aisha Fatima Zainab Maryam Khadija Amina Sana Hina Saima Nadia Farah Iqra Mehwish Rabia Shazia Noor Samina "
     "Yasmin Sadia "
     "Ayesha Bushra Farzana Gulshan Halima Humaira Kiran Lubna Madiha Naila Nasreen Parveen Rukhsana Sameena Sumaira "
     "Tahira "
     "Uzma Zara Zoya Rehana Shabnam Anisa Safa Hafsa Sumaya Rashida Jamila Salma Ruqayyah Ammara Tayyaba",
     "Mohammed Ali Ahmed Hassan Imran Usman Bilal Hamza Omar Ibrahim Asif Tariq Faisal Kashif Adnan Amir Nadeem Zubair "
     "Rashid "
     "Shahid Yusuf Haroon Junaid Kamran Khalid Majid Naveed Qasim Rizwan Saeed Sajid Shakeel Tahir Umar Waqas Yasir "
     "Zahid "
     "Zeeshan Abdul Aqib Arslan Danyal Ehsan Fahad Ghulam Habib Idris Ismail Jawad Luqman Mustafa Nasir Owais Raheem "
     "Saqib",
     "Khan Hussain Ahmed Ali Akhtar Begum Mahmood Malik Iqbal Shah Rehman Mirza Chaudhry Butt Sheikh Aslam Ashraf "
     "Bashir "
     "Hanif Haq Javed Karim Latif Miah Rashid Saleem Sharif Siddiqui Uddin Yousaf Zaman Aziz Raza Bibi Chowdhury Islam "
     "Rahman "
     "Ullah Qureshi Nawaz Parvez Ghani Majeed Nazir Sarwar Shafiq Tariq Yaqub Zafar Abbasi Anwar Bukhari Dar Farooq "
     "Gill Hafeez "
     "Ishaq Jamil Kausar Lodhi Mughal Naqvi Omar Pasha Qadir Rafiq Sabir Tufail Waheed Wali Yasin Zia Abid Baig Dad "
     "Faiz",
     "", ""},
    // South Asia, two
    {45,
     "Priya Anita Sunita Meena Kavita Pooja Neha Nisha Deepa Jaspreet Harpreet Simran Manjit Gurpreet Rani Sita "
     "Lakshmi Asha "
     "Bhavna Chandni Diya Geeta Hema Indira Jyoti Komal Leela Mala Nirmala Padma Radha Rekha Seema Trupti Usha Vidya "
     "Amrit Kiran",
     "Raj Amit Sanjay Vijay Anil Sunil Ravi Deepak Rahul Rakesh Harjit Gurdeep Jagdeep Manpreet Balbir Kuldip Arjun "
     "Ashok Bharat "
     "Dinesh Gopal Hari Jay Kishan Mahesh Mohan Naresh Nikhil Pankaj Prakash Rajesh Ramesh Rohan Sachin Suresh Vikram "
     "Yash Dev",
     "Patel Singh Kaur Sharma Shah Mistry Desai Gupta Kumar Chauhan Parmar Sandhu Dhillon Bains Grewal Sidhu Johal "
     "Mehta Joshi "
     "Solanki Rana Verma Nair Iyer Menon Reddy Rao Das Ghosh Banerjee Chopra Kapoor Malhotra Bedi Sethi Bhatt Trivedi "
     "Pandya "
     "Dave Modi Vyas Raval Lad Gohil Makwana Thakkar Popat Amin Naik Bajwa Virk Mann Uppal Rai Sahota Heer Atwal "
     "Nijjar Dosanjh",
     "", ""},
    // Eastern Europe
    {65,
     "Anna Katarzyna Agnieszka Magdalena Monika Joanna Ewa Karolina Natalia Zuzanna Julia Aleksandra Dorota Beata "
     "Iwona Marta "
     "Paulina Renata Sylwia Ilona Daiva Rasa Ieva Liga Andreea Elena Ioana Maria Mihaela Petra Jana Lenka Eva Tereza "
     "Veronika "
     "Oksana Olga Svetlana Daria Milena",
     "Piotr Krzysztof Andrzej Tomasz Pawel Marcin Michal Jakub Adam Lukasz Grzegorz Mateusz Wojciech Kamil Dawid Rafal "
     "Robert "
     "Artur Dariusz Mariusz Zbigniew Szymon Filip Tomas Vytautas Andris Juris Andrei Mihai Ionut Radu Vasile Jan Petr "
     "Pavel "
     "Martin Ivan Dmitri Oleg Viktor",
     "Nowak Wojcik Mazur Krawczyk Kaczmarek Zajac Dudek Wrobel Stepien Pawlak Sikora Baran Duda Szewczyk Pietrzak "
     "Marek Wrona "
     "Popescu Ionescu Popa Dumitru Stan Munteanu Rusu Novak Svoboda Dvorak Horvat Kovac Petrov Ivanov Dimitrov Balogh "
     "Nagy Toth",
     "Kowal Wisniew Lewandow Zielin Kamin Szyman Kozlow Jankow Maz Krajew Malinow Sobolew Czernin Brzez Gorec Jasin "
     "Klimow "
     "Lipin Majew Osow Pilar Rogow Sadow Tarnow Urban Witkow Zawadz Borkow Dabrow Falkow",
     "ski ewicz czyk"},
    // Africa
    {45,
     "Grace Blessing Esther Comfort Mercy Joy Abena Ama Akosua Adwoa Chioma Ngozi Ifeoma Amara Folake Yetunde Aisha "
     "Halima "
     "Hodan Fowsiya Ayaan Sahra Tendai Rumbidzai Thandiwe Nomsa Zanele Wanjiru Achieng Nyambura Fatou Mariama Aminata "
     "Binta",
     "Emmanuel Samuel Daniel Kwame Kofi Kwabena Yaw Chinedu Emeka Obinna Ifeanyi Tunde Babatunde Olumide Segun Abdi "
     "Mohamed "
     "Abdirahman Farah Tendai Tatenda Farai Themba Sipho Kamau Otieno Mwangi Ousmane Mamadou Ibrahima Moussa Amadou "
     "Sekou David",
     "Mensah Owusu Boateng Osei Asante Appiah Agyeman Okafor Okeke Eze Nwosu Adeyemi Adebayo Ogunleye Balogun Bello "
     "Ibrahim "
     "Hassan Abdi Warsame Farah Jama Nur Moyo Ncube Dube Sibanda Banda Phiri Mwale Kamau Mwangi Njoroge Otieno "
     "Odhiambo Diallo "
     "Traore Keita Camara Sow Barry Conteh Kamara Sesay Koroma Bangura Tesfaye Haile Bekele Kebede Okoro Obi Achebe "
     "Danso Ofori",
     "", ""},
    // East Asia
    {20,
     "Mei Ling Xiu Yan Hui Lan Jing Fang Na Yun Linh Thuy Huong Mai Lan Hoa Maria Grace Rosalie Cherry Joy Angelica "
     "Suki Ying",
     "Wei Ming Jun Hao Lei Qiang Chen Feng Kai Yong Minh Tuan Hung Duc Nam Quang Jose Ramon Mark Angelo Joel Kenji "
     "Hiro Long",
     "Wong Chan Chen Li Wang Zhang Liu Lee Cheung Lau Ho Ng Tang Lam Leung Yip Tsang Fong Kwok Mak Nguyen Tran Le Pham "
     "Hoang "
     "Vu Dang Bui Santos Reyes Cruz Garcia Mendoza Bautista Ramos Tanaka Suzuki Kim Park Choi Yeung Siu Tse Hung Chow "
     "Poon Lo",
     "", ""},
    // Southern Europe, Turkey, Arabia, Persia
    {30,
     "Sofia Chiara Giulia Francesca Maria Ana Inês Beatriz Carla Lucía Elena Carmen Eleni Katerina Zeynep Elif Ayse "
     "Fatma Emine "
     "Leyla Rana Dina Hala Rania Samar Shirin Nasrin Parisa Laila Huda Béatrice Chloé Amélie Renée",
     "Marco Luca Giovanni Antonio Paolo João Miguel Pedro Tiago Carlos José Luis Dimitri Nikos Yiannis Mehmet Mustafa "
     "Emre Murat "
     "Hakan Kemal Omar Karim Tarek Samir Walid Reza Hamid Farhad Behrouz Andreas Stavros René André",
     "Rossi Russo Ferrari Esposito Romano Silva Santos Ferreira Pereira Costa Martins Sousa García Fernández López "
     "González "
     "Georgiou Andreou Christou Nicolaou Ioannou Yilmaz Kaya Demir Celik Sahin Ozturk Aydin Arslan Haddad Khoury "
     "Nasser Saleh "
     "Mansour Hosseini Rahimi Karimi Ahmadi Moradi Mohammadi Dupont Lefèvre Gonçalves Conceição Müller Schäfer Jürgens "
     "Bäcker",
     "", ""},
}};

}  // namespace

const std::array<OriginTable, 8>& origin_tables() {
  return tables;
}

std::string_view spelling_groups() {
  return "Mohammed Muhammad Mohamed Mohammad Muhammed\nAhmed Ahmad\nHassan Hasan\nUsman Usmaan Osman\nOmar Umar\nYusuf "
         "Yousuf Yousef\n"
         "Aisha Ayesha Aysha Aishah\nFatima Fatimah Fathima\nMaryam Mariam Maryum\nZainab Zaynab\nKhadija "
         "Khadijah\nNoor Nur\nYasmin Yasmeen Jasmin\n"
         "Zara Zarah\nSana Sanaa\nIbrahim Ebrahim\nBilal Billal\nTariq Tarik\nFaisal Faysal\nAmir Aamir\nImran "
         "Emran\nIsmail Ismael\nRehana Rihana\n"
         "Stephen Steven\nPhilip Phillip\nCatherine Katherine Kathryn\nSarah Sara\nRebecca Rebekah\nHannah "
         "Hanna\nLaura Lora\nNicola Nichola\n"
         "Claire Clare\nKirsty Kirstie\nLesley Leslie\nTracey Tracy\nAlison Allison\nJoanne Joan\nGillian "
         "Jillian\nEleanor Elinor\nIsabelle Isabel Isobel\n"
         "Zoë Zoe\nChloé Chloe\nSean Shaun Shawn\nCiaran Kieran\nConor Connor\nAidan Aiden\nNiamh Neve\nCaoimhe "
         "Keeva\nSiobhan Shivaun\nAoife Eefa\n"
         "Geoffrey Jeffrey\nAlan Allan Allen\nGraham Graeme\nStuart Stewart\nNeil Neal\nIan Iain\nJayden Jaden\nCallum "
         "Calum\nReece Rhys\nTheo Teo\n"
         "Jonathan Jonathon\nMatthew Mathew\nNicholas Nicolas\nKatarzyna Katarzina\nJoanna Joana\nAleksandra "
         "Alexandra\nNatalia Natalja\nTomasz Tomas\n"
         "Krzysztof Kristof\nJakub Jacob\nPawel Pavel\nMarcin Martin\nMichal Michael\nAndrei Andrey\nPriya "
         "Preya\nSimran Simren\nGurpreet Gurprit\nJaspreet Jasprit\n"
         "Mehmet Mehmed\nMustafa Mustapha\nAbdul Abdool\nAbdirahman Abdurahman\nMohan Mohun\nSunil Suneel\nVijay "
         "Vijai\nAyse Aisse\nInês Ines\nJosé Jose\nJoão Joao\nAndré Andre\nRené Rene";
}

std::string_view short_forms() {
  return "Elizabeth Liz Beth Lizzie\nRebecca Becky Bex\nKatie Kate\nCatherine Cathy Kate\nJessica Jess\nSamantha Sam "
         "Sammy\nVictoria Vicky Tori\n"
         "Charlotte Charlie Lottie\nAbigail Abby\nDanielle Dani\nStephanie Steph\nJennifer Jen Jenny\nMargaret Maggie "
         "Peggy\nPatricia Pat Trish\n"
         "Christine Chris\nDeborah Debbie Deb\nJacqueline Jackie\nSusan Sue\nAmanda Mandy\nNatalie Nat\nOlivia "
         "Liv\nMegan Meg\nBethany Beth\nGeorgia Georgie\n"
         "Eleanor Ellie Nell\nMichelle Shell\nHarriet Hattie\nIsabelle Izzy Bella\nMatilda Tilly\nFlorence Flo\nAmelia "
         "Millie Amy\nRosemary Rose\n"
         "James Jim Jamie Jimmy\nDaniel Dan Danny\nThomas Tom Tommy\nMatthew Matt\nJoshua Josh\nSamuel Sam\nAlexander "
         "Alex Sandy\nBenjamin Ben\n"
         "Joseph Joe Joey\nChristopher Chris\nAndrew Andy Drew\nMichael Mike Mick\nDavid Dave\nRobert Rob Bob "
         "Bobby\nWilliam Will Bill Billy\nJohn Jack Johnny\n"
         "Stephen Steve\nPeter Pete\nRichard Rick Dick\nAnthony Tony\nKevin Kev\nMartin Marty\nNicholas Nick\nJonathan "
         "Jon\nEdward Ed Ted Eddie\n"
         "Charles Charlie Chas\nNathan Nate\nBradley Brad\nKenneth Ken\nRaymond Ray\nRonald Ron\nPhilip Phil\nGeoffrey "
         "Geoff\nDouglas Doug\nLeslie Les\n"
         "Frederick Fred\nArthur Art\nSebastian Seb\nMohammed Mo\nAbdul Abs\nIbrahim Ibby\nUsman Uzzy\nBilal "
         "Billy\nHamza Hamz\nImran Immy\nZubair Zub\n"
         "Tariq Taz\nFatima Fati\nKhadija Khadi\nMaryam Mimi\nKatarzyna Kasia\nMagdalena Magda\nAgnieszka "
         "Aga\nAleksandra Ola\nKrzysztof Kris\n"
         "Tomasz Tomek\nPiotr Piotrek\nGrzegorz Greg\nPatrick Paddy Pat\nBridget Biddy\nKathleen Kath\nEmmanuel "
         "Manny\nAntonio Toni\nFrancesca Fran\nGiovanni Gio\n"
         "Gurpreet Gary\nHarpreet Harry\nRajesh Raj\nDeepak Dee\nSunita Sunny\nPriya Pri";
}

std::string_view surname_groups() {
  return "Hussain Hussein Husain\nAhmed Ahmad\nMahmood Mahmud\nChaudhry Choudhury Chowdhury\nRehman Rahman\nSheikh "
         "Shaikh\nIqbal Eqbal\nAkhtar Akhter\nMiah Mia\n"
         "Siddiqui Siddique\nSaleem Salim\nYousaf Yousuf\nMalik Malick\nQureshi Kureshi\nUddin Udin\nSmith "
         "Smyth\nClark Clarke\nBrown Browne\nReid Reed\n"
         "Stewart Stuart\nThompson Thomson\nPhillips Philips\nDavies Davis\nHarrison Harison\nMatthews "
         "Mathews\nBennett Bennet\nStevens Stephens\nWebb Web\n"
         "Griffiths Griffith\nRees Reece\nLloyd Loyd\nGallagher Gallacher\nDoherty Docherty\nByrne Burn\nWalsh "
         "Welsh\nKelly Kelley\nPatel Patell\n"
         "Singh Sing\nKaur Cour\nChauhan Chohan\nJoshi Joshy\nKumar Kumaar\nWojcik Voycik\nZajac Zajonc\nPopescu "
         "Popesku\nNguyen Nguen\nCheung Cheong\nMensah Mensa\n"
         "Adeyemi Adeyemy\nIbrahim Ebrahim\nHassan Hasan\nGarcía Garcia\nFernández Fernandez\nLópez Lopez\nGonzález "
         "Gonzalez\nMüller Mueller\nLefèvre Lefevre\n"
         "Gonçalves Goncalves\nYilmaz Yilmas\nKhoury Khouri\nNasser Nasir\nSousa Souza";
}

std::string_view nickname_words() {
  return "Taz Ace Smiler Biggs Lefty Kash Jinx Fonz Duke Tiny Shades Mo-B Gringo Silks Ziggy Ginge Doc Spud Frenchy "
         "Bones Tank Nifty Chalky Bear Dex Flash "
         "Rocky Snowy Tex Wolfie Kingy Sparky Buzz Cap Digger Echo Fizz Gadget Hooky Inky";
}

}  // namespace wider::town
